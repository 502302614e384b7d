package chaos

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// Version is the version of State.
const Version = 1

// Outcome is how a fault ended.
type Outcome string

// The outcomes.
const (
	Ended     Outcome = "ended"     // when its time was over
	Cancelled Outcome = "cancelled" // before
	Failed    Outcome = "failed"    // it never was in force
)

// kept is how many faults that are over are remembered.
const kept = 20

// State is the faults of a service in an environment.
type State struct {
	Service     string  `json:"service,omitempty"`
	Environment string  `json:"environment,omitempty"`
	Number      int64   `json:"number,omitempty"` // of the last fault
	Fault       *Fault  `json:"fault,omitempty"`  // under way
	Past        []Fault `json:"past,omitempty"`   // latest first
}

// Fault is one that began.
type Fault struct {
	Spec
	At       time.Time     `json:"at"`
	By       machine.Actor `json:"by"`
	InForce  bool          `json:"inForce,omitempty"`
	Instance string        `json:"instance,omitempty"` // that was to stop
	Over     time.Time     `json:"over,omitzero"`
	Outcome  Outcome       `json:"outcome,omitempty"`
	Why      string        `json:"why,omitempty"`
}

// Find gives the fault that was asked for with an ID.
func (s State) Find(id string) (Fault, bool) {
	if s.Fault != nil && s.Fault.ID == id {
		return *s.Fault, true
	}
	for _, f := range s.Past {
		if f.ID == id {
			return f, true
		}
	}
	return Fault{}, false
}

// Machine is the machine of faults.
type Machine struct{}

var _ machine.Machine[State] = Machine{}

type next = machine.Next[State]

// Step implements machine.Machine.
func (Machine) Step(s State, e machine.Event) (next, error) {
	switch e.Type {
	case EventBegun:
		return with(e, func(b Begin) (next, error) { return s.begin(b, e) })
	case EventApplied:
		return with(e, func(a Applied) (next, error) { return s.applied(a.Number) })
	case EventCancelled:
		return with(e, func(c Cancel) (next, error) { return s.cancel(c, e) })
	case EffectStop + ".done":
		return with(e, func(o machine.Outcome) (next, error) {
			stopped, err := machine.Decode[Stopped](machine.Event{Type: e.Type, Data: o.Output})
			if err == nil && stopped.Error != "" && s.is(stopped.Number) {
				return s.end(Failed, stopped.Error, e.At), nil
			}
			return next{State: s.inForce(stopped.Number)}, err
		})
	case EffectStop + ".failed", EffectStop + ".unknown":
		return with(e, func(o machine.Outcome) (next, error) {
			if s.Fault == nil || s.Fault.Kind != Stop || s.Fault.InForce {
				return next{State: s}, nil
			}
			return s.end(Failed, o.Error, e.At), nil
		})
	case machine.Timer:
		return s.alarm(e)
	}
	return next{}, fault.New(fault.Invalid, "faults know no event %q", e.Type)
}

func with[T any](e machine.Event, do func(T) (next, error)) (next, error) {
	t, err := machine.Decode[T](e)
	if err != nil {
		return next{}, fault.New(fault.Invalid, "%s cannot be read", e.Type).Because(err)
	}
	return do(t)
}

// is says whether the fault of a number is under way and not in force yet.
func (s State) is(number int64) bool {
	return s.Fault != nil && s.Fault.Number == number && !s.Fault.InForce
}

// inForce takes in that a fault has come about. One that is over by now is no concern.
func (s State) inForce(number int64) State {
	if s.is(number) {
		f := *s.Fault
		f.InForce = true
		s.Fault = &f
	}
	return s
}

func (s State) applied(number int64) (next, error) {
	if !s.is(number) {
		return next{}, fault.New(fault.Refused, "no fault %d is to come about", number)
	}
	return next{State: s.inForce(number)}, nil
}

func (s State) cancel(c Cancel, e machine.Event) (next, error) {
	if s.Fault == nil {
		return next{}, fault.New(fault.Refused, "nothing goes wrong on purpose here")
	}
	return s.end(Cancelled, c.Reason, e.At), nil
}

func (s State) alarm(e machine.Event) (next, error) {
	a, err := machine.Decode[machine.Alarm](e)
	if err != nil || s.Fault == nil || a.Key != "end" || e.At.Before(s.Fault.Until) {
		return next{}, fault.New(fault.Refused, "no timer %.64q is set", a.Key)
	}
	if !s.Fault.InForce {
		return s.end(Failed, "it had not come about when its time was over", e.At), nil
	}
	return s.end(Ended, "", e.At), nil
}

// end puts the fault among those that are over.
func (s State) end(o Outcome, why string, at time.Time) next {
	f := *s.Fault
	f.Outcome, f.Why, f.Over = o, strings.ToValidUTF8(why[:min(len(why), 1000)], "\uFFFD"), at
	s.Fault, s.Past = nil, append([]Fault{f}, s.Past[:min(len(s.Past), kept-1)]...)
	return next{State: s}
}

// Desired implements machine.Machine.
func (Machine) Desired(s State) []machine.Desired {
	if s.Fault == nil {
		return nil
	}
	out := []machine.Desired{machine.After("end", s.Fault.Until)}
	if s.Fault.Kind != Stop {
		out = append(out, machine.Desired{Kind: DesiredFault, Key: DesiredFault, Spec: machine.Must(s.Fault.Spec)})
	}
	return out
}

// Summary implements machine.Machine.
func (Machine) Summary(s State) machine.Summary {
	sum := machine.Summary{Status: "none", Labels: map[string]string{"service": s.Service, "environment": s.Environment}, Done: true}
	switch {
	case s.Fault != nil:
		sum.Status, sum.Done = "beginning", false
		if s.Fault.InForce {
			sum.Status = "inForce"
		}
		sum.Title = s.Fault.text() + " until " + s.Fault.Until.Format(time.RFC3339)
	case len(s.Past) > 0:
		last := s.Past[0]
		sum.Status, sum.Title = string(last.Outcome), last.text()
		if last.Why != "" {
			sum.Title += ": " + last.Why
		}
	}
	return sum
}

// text says for a person what goes wrong.
func (f Fault) text() string {
	switch f.Kind {
	case Latency:
		return fmt.Sprintf("%g%% of the requests come %s late", f.Share*100, f.Delay)
	case Errors:
		return fmt.Sprintf("%g%% of the requests are answered %d", f.Share*100, f.Status)
	}
	return f.Instance + " is stopped"
}

// Upgrade implements machine.Machine.
func (Machine) Upgrade(from int, raw []byte) (s State, err error) {
	if from != Version {
		return s, fmt.Errorf("chaos: no state of version %d is known, the latest is %d", from, Version)
	}
	return s, json.Unmarshal(raw, &s)
}
