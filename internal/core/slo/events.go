package slo

import (
	"time"

	"slipway.dev/internal/core/alert"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
)

// MachineID is the identity of the machine of a flow in an environment.
func MachineID(environment, flow string) string { return machine.ID("slo", environment, flow) }

// EventObserved brings how the objectives of a flow stand; its data is Observed.
const EventObserved = "slo.observed"

// Observed is what is to be known of a flow in an environment. The way to people was looked up
// by who sends it.
type Observed struct {
	Flow        string      `json:"flow"`
	Environment string      `json:"environment"`
	Criticality string      `json:"criticality,omitempty"`
	Impact      string      `json:"impact,omitempty"`
	Runbook     string      `json:"runbook,omitempty"`
	Team        string      `json:"team,omitempty"` // whose escalation path is gone
	Steps       []task.Step `json:"steps,omitempty"`
	Repeat      int         `json:"repeat,omitempty"`
	Objectives  []Seen      `json:"objectives,omitempty"`
	Removed     bool        `json:"removed,omitempty"` // the flow, or its last objective, is not there any more
}

// Seen is how one objective stands, with figures that are rounded.
type Seen struct {
	Name     string        `json:"name"`
	Target   float64       `json:"target"`
	Bound    time.Duration `json:"bound,omitempty"`
	Window   time.Duration `json:"window"`
	State    Health        `json:"state"`
	Reason   Reason        `json:"reason,omitempty"`
	Measured float64       `json:"measured"` // share that was good
	Budget   float64       `json:"budget"`   // share of the budget that is left, from -9.99 to 1
	Known    float64       `json:"known"`    // share of the period of which anything is known
	Firing   []Firing      `json:"firing,omitempty"`
}

// Firing is a rule that fires.
type Firing struct {
	Severity alert.Severity `json:"severity"`
	Long     time.Duration  `json:"long"`
	Short    time.Duration  `json:"short"`
	Factor   float64        `json:"factor"`
	Rate     float64        `json:"rate"` // over the long window
}

// Name is that of the rule.
func (f Firing) Name() string { return Rule{Severity: f.Severity, Long: f.Long}.Name() }

// Of gives what is to be known of an objective.
func Of(o Objective, s Status) Seen {
	seen := Seen{
		Name: o.Name, Target: o.Target, Bound: o.Bound, Window: o.Window, State: s.State, Reason: s.Reason,
		Measured: rounded(s.Measured, 6), Budget: rounded(max(-9.99, s.Budget), 2), Known: rounded(s.Known, 2),
	}
	for _, b := range s.Burn {
		if b.Firing {
			seen.Firing = append(seen.Firing, Firing{Severity: b.Severity, Long: b.Long, Short: b.Short, Factor: b.Factor, Rate: rounded(b.LongRate, 1)})
		}
	}
	return seen
}
