package glass

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/notify"
	"slipway.dev/internal/core/task"
)

// Bounds of a glass.
const (
	maxReason = 1000 // bytes
	maxUsed   = 100

	retryAfter = time.Minute // until a review task that could not be opened is tried again
)

// Machine is the machine of a target's break-glass.
type Machine struct{}

var _ machine.Machine[State] = Machine{}

// work is one step: a copy of the state, and what comes of it.
type work struct {
	State
	now      time.Time
	actor    machine.Actor
	facts    Facts
	effects  []machine.Effect
	messages []machine.Message
}

// Step implements machine.Machine.
func (Machine) Step(s State, e machine.Event) (machine.Next[State], error) {
	w := &work{State: s, now: e.At, actor: e.Actor}
	if len(e.Facts) > 0 {
		if err := json.Unmarshal(e.Facts, &w.facts); err != nil {
			return machine.Next[State]{}, fault.New(fault.Invalid, "the facts of %s cannot be read", e.Type).Because(err)
		}
	}
	if err := w.take(e); err != nil {
		return machine.Next[State]{}, err
	}
	return machine.Next[State]{State: w.State, Effects: w.effects, Messages: w.messages, Guards: w.facts.Guards}, nil
}

func (w *work) take(e machine.Event) error {
	switch e.Type {
	case EventRequested:
		return with(e, w.request)
	case EventConfirmed:
		return w.confirm()
	case EventClosed:
		return with(e, w.close)
	case EventUsed:
		return with(e, w.use)
	case EventReviewed:
		return with(e, w.reviewed)
	case machine.Timer:
		return with(e, w.alarm)
	case "message.refused":
		return with(e, w.refused)
	case notify.EffectNotice + ".done":
		return nil
	case notify.EffectNotice + ".failed", notify.EffectNotice + ".unknown":
		return with(e, func(o machine.Outcome) error {
			w.Problem = cut("people could not be told: " + o.Error)
			return nil
		})
	}
	return fault.New(fault.Invalid, "a glass knows no event %q", e.Type)
}

func with[T any](e machine.Event, do func(T) error) error {
	t, err := machine.Decode[T](e)
	if err != nil {
		return fault.New(fault.Invalid, "the event cannot be read").Because(err)
	}
	return do(t)
}

// Desired implements machine.Machine.
func (Machine) Desired(s State) []machine.Desired {
	var out []machine.Desired
	after := func(what string, at time.Time) {
		out = append(out, machine.After(fmt.Sprintf("%s.%d", what, s.Number), at))
	}
	switch {
	case s.Status == Waiting || s.Status == Open:
		after("until", s.Until)
	case s.Status == Review && !s.Overdue:
		after("review", s.ReviewBy)
	}
	if !s.Retry.IsZero() {
		after("retry", s.Retry)
	}
	return out
}

// alarm takes in a timer. One that is not set, or not yet due, is refused.
func (w *work) alarm(a machine.Alarm) error {
	what, n, _ := cutLast(a.Key)
	switch mine := n == fmt.Sprint(w.Number); {
	case mine && what == "until" && w.Status == Waiting && !w.now.Before(w.Until):
		w.withdraw("nobody confirmed it in time")
	case mine && what == "until" && w.Status == Open && !w.now.Before(w.Until):
		w.review("its time was over")
	case mine && what == "review" && w.Status == Review && !w.Overdue && !w.now.Before(w.ReviewBy):
		w.Overdue = true
		w.tell("The review is overdue", "It had to be reviewed until "+w.ReviewBy.Format(time.RFC3339)+".")
	case mine && what == "retry" && !w.Retry.IsZero() && !w.now.Before(w.Retry):
		w.Retry = time.Time{}
		w.openTask()
	default:
		return fault.New(fault.Refused, "no timer %.64q is set", a.Key)
	}
	return nil
}

// refused keeps that the review task could not be opened, and tries again.
func (w *work) refused(r machine.Refused) error {
	w.Problem = cut("the review could not be asked for: " + r.Reason)
	if r.Type == task.EventOpened {
		w.Retry = w.now.Add(retryAfter)
	}
	return nil
}

// Summary implements machine.Machine.
func (Machine) Summary(s State) machine.Summary {
	sum := machine.Summary{Status: string(s.Status), Done: !s.Blocks(), Title: s.text(), Labels: map[string]string{}}
	for name, value := range map[string]string{"service": s.Service, "environment": s.Environment, "system": s.System, "team": s.Team} {
		if value != "" {
			sum.Labels[name] = value
		}
	}
	if s.Overdue && s.Status == Review {
		sum.Status = "overdue"
	}
	return sum
}

// text says how it stands, for people.
func (s State) text() string {
	who := s.By
	if s.Confirmed != "" {
		who += " and " + s.Confirmed
	}
	switch s.Status {
	case Waiting:
		return fmt.Sprintf("%s asks to break the glass (%s): %s; somebody else must confirm it", s.By, s.Criterion, s.Reason)
	case Open:
		return fmt.Sprintf("broken by %s (%s): %s; open until %s", who, s.Criterion, s.Reason, s.Until.Format(time.RFC3339))
	case Review:
		return fmt.Sprintf("was broken by %s (%s): %s; somebody else must review it until %s", who, s.Criterion, s.Reason, s.ReviewBy.Format(time.RFC3339))
	case Reviewed:
		return fmt.Sprintf("was broken by %s (%s); reviewed by %s: %s", who, s.Criterion, s.Reviewer, s.Finding)
	default:
		return "not broken: " + s.Ended
	}
}

// Upgrade implements machine.Machine.
func (Machine) Upgrade(from int, raw []byte) (s State, err error) {
	if from != Version {
		return s, fmt.Errorf("glass: no state of version %d is known, the latest is %d", from, Version)
	}
	return s, json.Unmarshal(raw, &s)
}

// others adds accounts to a list, each once.
func others(list []string, more ...string) []string {
	list = slices.Concat(list, more)
	slices.Sort(list)
	return slices.Compact(list)
}

// cut bounds a text for the state. It never splits a character.
func cut(s string) string {
	if len(s) <= maxReason {
		return s
	}
	return strings.ToValidUTF8(s[:maxReason-3], "") + "…"
}
