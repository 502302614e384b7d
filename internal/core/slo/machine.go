package slo

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// Machine is the machine of a flow's objectives in an environment.
type Machine struct{}

var _ machine.Machine[State] = Machine{}

// work is one step: a copy of the state, and what comes of it.
type work struct {
	State
	seen     Observed
	now      time.Time
	messages []machine.Message
}

// Step implements machine.Machine.
func (Machine) Step(s State, e machine.Event) (machine.Next[State], error) {
	w := &work{State: s, now: e.At}
	if err := w.take(e); err != nil {
		return machine.Next[State]{}, err
	}
	return machine.Next[State]{State: w.State, Messages: w.messages}, nil
}

func (w *work) take(e machine.Event) error {
	switch e.Type {
	case EventObserved:
		return with(e, w.observe)
	case "message.refused":
		return with(e, func(r machine.Refused) error {
			w.Problem = fmt.Sprintf("%s did not take %s: %s", r.To, r.Type, cut(r.Reason))
			return nil
		})
	}
	return fault.New(fault.Invalid, "objectives know no event %q", e.Type)
}

func with[T any](e machine.Event, do func(T) error) error {
	t, err := machine.Decode[T](e)
	if err != nil {
		return fault.New(fault.Invalid, "the event cannot be read").Because(err)
	}
	return do(t)
}

// cut bounds a text of somebody else's.
func cut(s string) string { return strings.ToValidUTF8(s[:min(len(s), 1000)], "\uFFFD") }

// Desired implements machine.Machine: objectives want nothing.
func (Machine) Desired(State) []machine.Desired { return nil }

// Summary implements machine.Machine.
func (Machine) Summary(s State) machine.Summary {
	sum := machine.Summary{Status: Removed, Done: s.Removed, Labels: map[string]string{"flow": s.Flow, "environment": s.Environment}}
	for name, value := range map[string]string{"criticality": s.Criticality, "team": s.Team} {
		if value != "" {
			sum.Labels[name] = value
		}
	}
	if worst, ok := s.Worst(); ok {
		sum.Status, sum.Title = string(worst.State), worst.Text()
	}
	return sum
}

// Text says how an objective stands, for a person.
func (s Seen) Text() string {
	good := fmt.Sprintf("%s: %.6g%% good, %.6g%% wanted", s.Name, s.Measured*100, s.Target*100)
	switch {
	case s.Reason == NotEnough:
		return fmt.Sprintf("%s: too few requests to say anything", s.Name)
	case s.State == Unknown:
		return fmt.Sprintf("%s: it is not measured", s.Name)
	case s.State == Exhausted:
		return good + ", the error budget is used up"
	case s.State == Burning && len(s.Firing) > 0:
		return fmt.Sprintf("%s: the error budget burns %.3g times too fast, %.0f%% of it left", s.Name, s.Firing[0].Rate, s.Budget*100)
	}
	return fmt.Sprintf("%s, %.0f%% of the error budget left", good, s.Budget*100)
}

// Upgrade implements machine.Machine.
func (Machine) Upgrade(from int, raw []byte) (s State, err error) {
	if from != Version {
		return s, fmt.Errorf("slo: no state of version %d is known, the latest is %d", from, Version)
	}
	return s, json.Unmarshal(raw, &s)
}
