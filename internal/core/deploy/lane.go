package deploy

import (
	"encoding/json"
	"fmt"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/notify"
)

// Lane is the machine of a service in an environment.
type Lane struct{}

var _ machine.Machine[State] = Lane{}

// Step implements machine.Machine.
func (Lane) Step(s State, e machine.Event) (machine.Next[State], error) {
	w := &work{State: s.clone(), now: e.At, actor: e.Actor}
	if err := w.take(e); err != nil {
		return machine.Next[State]{}, err
	}
	w.goOn()
	w.busy()
	return machine.Next[State]{State: w.State, Effects: w.effects, Messages: w.messages, Guards: w.guards}, nil
}

// Upgrade implements machine.Machine.
func (Lane) Upgrade(from int, raw []byte) (State, error) {
	var s State
	if from < 1 || from > Version {
		return s, fmt.Errorf("deploy: no state of version %d is known, the latest is %d", from, Version)
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return s, fmt.Errorf("deploy: state: %w", err)
	}
	if from == 1 { // its verdicts came with the request; none lets anything in any more
		for i := range s.Queue {
			p := &s.Queue[i]
			p.Gate, p.Missing, p.Next = "", "", p.Asked.Add(gatePatience)
		}
	}
	return s, nil
}

// work is one step: a copy of the state, and what comes of it.
type work struct {
	State
	now      time.Time
	actor    machine.Actor
	detail   string // what the target says of the instance that this event is about
	effects  []machine.Effect
	messages []machine.Message
	guards   []machine.Guard // what a deployment or rollback that begins in this step depends on
}

func (w *work) take(e machine.Event) error {
	switch e.Type {
	case EventRequested:
		return with(e, w.request)
	case EventAsked:
		return w.asked(e.Facts)
	case EventRollback:
		return with(e, func(r RollbackRequest) error { return w.rollback(r, e.Facts) })
	case EventAbort:
		return with(e, w.abort)
	case EventSettled:
		return with(e, w.settled)
	case EventInstance:
		return with(e, w.instance)
	case EventRouted:
		return with(e, w.applied)
	case EventHook:
		return with(e, w.hooked)
	case EventInactive:
		return with(e, w.inactive)
	case EventTraffic:
		return with(e, w.traffic)
	case EventJudged:
		return with(e, w.judged)
	case machine.Timer:
		return with(e, func(a machine.Alarm) error { return w.alarm(a, e.Facts) })
	case SmokeCheck + ".done", SmokeCheck + ".failed", SmokeCheck + ".unknown":
		return with(e, func(o machine.Outcome) error { return w.checked(e.Type == SmokeCheck+".done", o.Error) })
	case EffectSign + ".done", EffectSign + ".failed", EffectSign + ".unknown":
		return with(e, w.signed)
	case notify.EffectNotice + ".done", notify.EffectNotice + ".failed", notify.EffectNotice + ".unknown":
		return nil // people were told, or channels say that they could not be
	case "message.refused":
		return with(e, w.refused)
	}
	return fault.New(fault.Invalid, "a lane knows no event %q", e.Type)
}

func with[T any](e machine.Event, do func(T) error) error {
	t, err := machine.Decode[T](e)
	if err != nil {
		return fault.New(fault.Invalid, "the event cannot be read").Because(err)
	}
	return do(t)
}

// goOn does all that can be done without waiting. Each turn brings the active deployment
// closer to its end, or follows the instances' health with the route; the bound only guards
// against a defect.
func (w *work) goOn() {
	for range 100 {
		revision := w.Route.Revision
		if w.advance() {
			continue
		}
		if w.reroute(); w.Route.Revision == revision {
			break
		}
	}
	w.sweep()
}

func refuse(format string, args ...any) *fault.Error {
	return fault.New(fault.Refused, format, args...)
}
