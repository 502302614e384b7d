package traffic

import (
	"encoding/json"
	"fmt"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// Version is the version of State.
const Version = 1

// hours is how many a week has. The first begins on Monday at midnight UTC.
const hours = 7 * 24

// State is what is known of an environment's traffic.
type State struct {
	Environment string        `json:"environment,omitempty"`
	Since       time.Time     `json:"since,omitzero"`  // it began to count
	Until       time.Time     `json:"until,omitzero"`  // end of what was counted last
	Total       uint64        `json:"total,omitempty"` // requests since then
	Requests    [hours]uint64 `json:"requests"`        // by hour of the week, with what was forgotten left out
	Seconds     [hours]uint64 `json:"seconds"`         // how long each was watched, likewise
}

// Machine is the machine that counts for an environment.
type Machine struct{}

var _ machine.Machine[State] = Machine{}

// Step implements machine.Machine.
func (Machine) Step(s State, e machine.Event) (machine.Next[State], error) {
	if e.Type != EventCounted {
		return machine.Next[State]{}, fault.New(fault.Invalid, "traffic knows no event %q", e.Type)
	}
	c, err := machine.Decode[Counted](e)
	if err != nil {
		return machine.Next[State]{}, fault.New(fault.Invalid, "%s cannot be read", e.Type).Because(err)
	}
	switch span := c.To.Sub(c.From); {
	case c.Environment == "" || s.Environment != "" && s.Environment != c.Environment:
		return machine.Next[State]{}, fault.New(fault.Invalid, "traffic of %q came to %q", c.Environment, s.Environment)
	case span <= 0 || span > Longest:
		return machine.Next[State]{}, fault.New(fault.Invalid, "traffic is counted in spans of up to %s, not %s", Longest, span)
	case c.From.Before(s.Until):
		return machine.Next[State]{}, fault.New(fault.Refused, "what came before %s was counted already", s.Until.Format(time.RFC3339))
	}
	return machine.Next[State]{State: s.count(c)}, nil
}

// Desired implements machine.Machine: counting wants nothing.
func (Machine) Desired(State) []machine.Desired { return nil }

// Summary implements machine.Machine.
func (Machine) Summary(s State) machine.Summary {
	sum := machine.Summary{Status: "counting", Labels: map[string]string{"environment": s.Environment}, Done: true,
		Title: fmt.Sprintf("%d requests since %s, %d of %d hours of the week watched", s.Total, s.Since.Format(time.DateOnly), s.Watched(), hours)}
	if s.Known() {
		sum.Status = "known"
	}
	return sum
}

// Upgrade implements machine.Machine.
func (Machine) Upgrade(from int, raw []byte) (s State, err error) {
	if from != Version {
		return s, fmt.Errorf("traffic: no state of version %d is known, the latest is %d", from, Version)
	}
	return s, json.Unmarshal(raw, &s)
}
