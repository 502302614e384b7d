package task

import (
	"fmt"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/notify"
)

// Version is the version of State.
const Version = 1

// Machine is the machine of a task.
type Machine struct{}

var _ machine.Machine[State] = Machine{}

type next = machine.Next[State]

// Step takes the events of a task.
func (Machine) Step(s State, e machine.Event) (next, error) {
	if e.Type == EventOpened {
		return with(e, func(a Ask) (next, error) { return s.open(a, e.At) })
	}
	if s.Status == "" {
		return next{}, fault.New(fault.NotFound, "there is no such task")
	}
	before := s
	s = s.lapse(e.At)
	out, err := s.take(e)
	if err != nil {
		return next{}, err
	}
	return out.finish(before, e.At), nil
}

// outcome is where an event leads, before what follows from that.
type outcome struct {
	State
	guards []machine.Guard
}

func (s State) take(e machine.Event) (outcome, error) {
	switch e.Type {
	case EventAnswered:
		return acting(s, e, s.answer)
	case EventWithdrawn:
		return acting(s, e, s.withdraw)
	case EventClaimed:
		return acting(s, e, s.claim)
	case EventDelegated:
		return acting(s, e, s.delegate)
	case EventRebound:
		return plain(e, s.rebind)
	case EventVoided:
		return plain(e, s.void)
	case EventClosed:
		return plain(e, s.close)
	case "message.refused":
		return plain(e, s.refused)
	case machine.Timer, notify.EffectNotice + ".done", notify.EffectNotice + ".failed", notify.EffectNotice + ".unknown":
		return outcome{State: s}, nil
	}
	return outcome{}, fault.New(fault.Invalid, "a task takes no %s", e.Type)
}

// plain takes an event of the system's.
func plain[D any](e machine.Event, take func(D, time.Time) (State, error)) (outcome, error) {
	d, err := machine.Decode[D](e)
	if err != nil {
		return outcome{}, fault.New(fault.Invalid, "%s cannot be read", e.Type).Because(err)
	}
	s, err := take(d, e.At)
	return outcome{State: s}, err
}

// acting takes an event of a person's, with the facts of who that is.
func acting[D any](s State, e machine.Event, take func(D, Facts, time.Time) (State, error)) (outcome, error) {
	if s.over() {
		return outcome{}, s.ended()
	}
	f, err := machine.Decode[Facts](machine.Event{Type: e.Type, Data: e.Facts})
	if err != nil {
		return outcome{}, err
	}
	if f.Person == "" {
		return outcome{}, fault.New(fault.Denied, "%s is no person with an account here, and only people answer tasks", e.Actor).
			WithHint("sign in: slipway login")
	}
	out, err := plain(e, func(d D, at time.Time) (State, error) { return take(d, f, at) })
	out.guards = f.Guards
	return out, err
}

func with[D any](e machine.Event, take func(D) (next, error)) (next, error) {
	d, err := machine.Decode[D](e)
	if err != nil {
		return next{}, fault.New(fault.Invalid, "%s cannot be read", e.Type).Because(err)
	}
	return take(d)
}

// over says whether nothing will happen to the task any more.
func (s State) over() bool {
	return s.Status == Done || s.Status == Expired || !s.Standing && s.Status != Open
}

// ended refuses what comes too late.
func (s State) ended() error {
	text := fmt.Sprintf("the task %s is %s", s.Name, s.Status)
	if s.Reason != "" {
		text += ": " + s.Reason
	}
	return fault.New(fault.Refused, "%s", text)
}

// refused keeps that the subject does not take the reply.
func (s State) refused(r machine.Refused, _ time.Time) (State, error) {
	s.Reason = line(s.Reason + "; " + r.To + " did not take it: " + r.Reason)
	return s, nil
}

// Summary gives a task's row.
func (Machine) Summary(s State) machine.Summary {
	labels := map[string]string{"kind": string(s.Kind), "subject": s.Subject}
	for name, value := range map[string]string{"service": s.Service, "environment": s.Environment, "team": s.Team} {
		if value != "" {
			labels[name] = value
		}
	}
	return machine.Summary{Status: string(s.Status), Title: s.Title, Done: s.over(), Labels: labels}
}

// Upgrade reads states of older versions, of which there are none.
func (Machine) Upgrade(from int, _ []byte) (State, error) {
	return State{}, fmt.Errorf("a task's state of version %d", from)
}
