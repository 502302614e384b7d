package alert

import (
	"encoding/json"
	"fmt"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/notify"
)

// Machine is the machine of an alert.
type Machine struct{}

var _ machine.Machine[State] = Machine{}

// work is one step: a copy of the state, and what comes of it.
type work struct {
	State
	now      time.Time
	effects  []machine.Effect
	messages []machine.Message
}

// Step implements machine.Machine.
func (Machine) Step(s State, e machine.Event) (machine.Next[State], error) {
	w := &work{State: s, now: e.At}
	if err := w.take(e); err != nil {
		return machine.Next[State]{}, err
	}
	return machine.Next[State]{State: w.State, Effects: w.effects, Messages: w.messages}, nil
}

func (w *work) take(e machine.Event) error {
	if w.Status == "" && e.Type != EventFired {
		return fault.New(fault.NotFound, "there is no such alert")
	}
	switch e.Type {
	case EventFired:
		return with(e, w.fire)
	case EventResolved:
		return with(e, w.resolve)
	case EventAcknowledged:
		return with(e, w.acknowledge)
	case machine.Timer:
		return with(e, w.alarm)
	case "message.refused":
		return with(e, w.refused)
	case notify.EffectNotice + ".done":
		return nil
	case notify.EffectNotice + ".failed", notify.EffectNotice + ".unknown":
		return with(e, func(o machine.Outcome) error {
			w.Problem = cut("people could not be told: "+o.Error, maxText)
			return nil
		})
	}
	return fault.New(fault.Invalid, "an alert knows no event %q", e.Type)
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
	if s.Retry.IsZero() {
		return nil
	}
	return []machine.Desired{machine.After("retry", s.Retry)}
}

// Summary implements machine.Machine.
func (Machine) Summary(s State) machine.Summary {
	labels := map[string]string{"flow": s.Flow, "environment": s.Environment, "objective": s.Objective, "severity": string(s.Severity)}
	if s.Team != "" {
		labels["team"] = s.Team
	}
	if s.Criticality != "" {
		labels["criticality"] = s.Criticality
	}
	return machine.Summary{Status: string(s.Status), Title: s.Title, Labels: labels, Done: s.Status == Done}
}

// Upgrade implements machine.Machine.
func (Machine) Upgrade(from int, raw []byte) (s State, err error) {
	if from != Version {
		return s, fmt.Errorf("alert: no state of version %d is known, the latest is %d", from, Version)
	}
	return s, json.Unmarshal(raw, &s)
}
