package maintenance

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/notify"
)

// Version is the version of State.
const Version = 1

// Status is how planned work stands.
type Status string

// The statuses.
const (
	Announced Status = "announced"
	Underway  Status = "underway"
	Ended     Status = "ended"
	Called    Status = "cancelled"
)

// State is planned work.
type State struct {
	Announcement
	Status      Status        `json:"status"`
	AnnouncedAt time.Time     `json:"announcedAt"`
	By          machine.Actor `json:"by"`
	CancelledAt time.Time     `json:"cancelledAt,omitzero"`
	CancelledBy machine.Actor `json:"cancelledBy,omitzero"`
	Why         string        `json:"why,omitempty"`     // it was cancelled
	Problem     string        `json:"problem,omitempty"` // what could not be done about it
}

// Machine is the machine of planned work.
type Machine struct{}

var _ machine.Machine[State] = Machine{}

type next = machine.Next[State]

// Step implements machine.Machine.
func (Machine) Step(s State, e machine.Event) (next, error) {
	if e.Type == EventAnnounced {
		return with(e, func(a Announcement) (next, error) { return s.announce(a, e) })
	}
	if s.Status == "" {
		return next{}, fault.New(fault.NotFound, "no such maintenance was announced")
	}
	switch e.Type {
	case EventCancelled:
		return with(e, func(c Cancelled) (next, error) { return s.cancel(c, e) })
	case machine.Timer:
		return with(e, func(a machine.Alarm) (next, error) { return s.alarm(a, e.At) })
	case notify.EffectNotice + ".done":
		return next{State: s}, nil
	case notify.EffectNotice + ".failed", notify.EffectNotice + ".unknown":
		return with(e, func(o machine.Outcome) (next, error) {
			s.Problem = "people could not be told: " + strings.ToValidUTF8(o.Error[:min(len(o.Error), maxReason)], "\uFFFD")
			return next{State: s}, nil
		})
	}
	return next{}, fault.New(fault.Invalid, "a maintenance knows no event %q", e.Type)
}

func with[T any](e machine.Event, do func(T) (next, error)) (next, error) {
	t, err := machine.Decode[T](e)
	if err != nil {
		return next{}, fault.New(fault.Invalid, "the event cannot be read").Because(err)
	}
	return do(t)
}

// announce begins it.
func (s State) announce(a Announcement, e machine.Event) (next, error) {
	if err := a.check(e.At); err != nil {
		return next{}, err
	}
	switch {
	case s.Status == Announced && s.From.After(e.At):
		return next{}, fault.New(fault.Refused, "the maintenance %s is announced already, for %s", s.Name, s.From.Format(time.RFC3339)).
			WithHint("cancel it first: slipway maintenance cancel %s", s.Name)
	case s.Status != "" && !s.from().IsZero():
		return next{}, fault.New(fault.Refused, "there was a maintenance %s at %s", s.Name, s.From.Format(time.RFC3339)).WithHint("give this one another name")
	}
	a.From, a.Until = a.From.UTC(), a.Until.UTC()
	for _, list := range []*[]string{&a.Flows, &a.Services, &a.Teams} {
		*list = slices.Compact(slices.Sorted(slices.Values(*list)))
	}
	s = State{Announcement: a, Status: Announced, AnnouncedAt: e.At, By: e.Actor}
	return s.told("Maintenance is announced"), nil
}

// from is when it began to count, or will; zero: never.
func (s State) from() time.Time {
	if s.Status == Called && !s.From.Before(s.CancelledAt) {
		return time.Time{}
	}
	return s.From
}

// cancel takes it back, or ends it before its time.
func (s State) cancel(c Cancelled, e machine.Event) (next, error) {
	switch {
	case s.Status == Called || s.Status == Ended || !e.At.Before(s.Until):
		return next{}, fault.New(fault.Refused, "the maintenance %s is over", s.Name)
	case len(c.Reason) > maxReason:
		return next{}, fault.New(fault.TooLarge, "the reason is longer than %d bytes", maxReason)
	}
	s.Status, s.CancelledAt, s.CancelledBy, s.Why = Called, e.At, e.Actor, c.Reason
	return s.told("Maintenance is cancelled"), nil
}

// alarm takes in that it begins, or ends.
func (s State) alarm(a machine.Alarm, now time.Time) (next, error) {
	switch {
	case a.Key == "begin" && s.Status == Announced && !now.Before(s.From):
		s.Status = Underway
	case a.Key == "end" && s.Status == Underway && !now.Before(s.Until):
		s.Status = Ended
	default:
		return next{}, fault.New(fault.Refused, "no timer %.64q is set", a.Key)
	}
	return next{State: s}, nil
}

// told has the flows' teams told.
func (s State) told(what string) next {
	s.Problem = ""
	n := notify.Notice{
		Topic: notify.Deployments, Title: fmt.Sprintf("%s: %s in %s", what, s.Name, s.Environment),
		Text:        fmt.Sprintf("%s\n%s from %s until %s.", s.Reason, s.about(), s.From.Format(time.RFC3339), s.Until.Format(time.RFC3339)),
		Environment: s.Environment, Link: "/maintenance",
	}
	if s.Why != "" {
		n.Text += "\n" + s.Why
	}
	for _, team := range s.Teams {
		n.Tell = append(n.Tell, "team:"+team)
	}
	if len(s.Teams) == 1 {
		n.Team = s.Teams[0]
	}
	return next{State: s, Effects: []machine.Effect{{Kind: notify.EffectNotice, Class: machine.Repeatable, Input: machine.Must(n)}}}
}

// about names what it touches.
func (s State) about() string {
	var parts []string
	if len(s.Flows) > 0 {
		parts = append(parts, "Flows "+strings.Join(s.Flows, ", "))
	}
	if len(s.Services) > 0 {
		parts = append(parts, "Services "+strings.Join(s.Services, ", "))
	}
	if len(parts) == 0 {
		return "Everything"
	}
	return strings.Join(parts, "; ")
}

// Desired implements machine.Machine.
func (Machine) Desired(s State) []machine.Desired {
	switch s.Status {
	case Announced:
		return []machine.Desired{machine.After("begin", s.From)}
	case Underway:
		return []machine.Desired{machine.After("end", s.Until)}
	}
	return nil
}

// Summary implements machine.Machine.
func (Machine) Summary(s State) machine.Summary {
	return machine.Summary{
		Status: string(s.Status), Title: s.Reason, Labels: map[string]string{"environment": s.Environment}, Done: s.Status == Ended || s.Status == Called,
	}
}

// Upgrade implements machine.Machine.
func (Machine) Upgrade(from int, raw []byte) (s State, err error) {
	if from != Version {
		return s, fmt.Errorf("maintenance: no state of version %d is known, the latest is %d", from, Version)
	}
	return s, json.Unmarshal(raw, &s)
}
