package judge

import (
	"cmp"
	"time"
)

// Criticality of a flow; what is neither low nor medium counts as high.
type Criticality string

// The criticalities.
const (
	Low    Criticality = "low"    // warns; neither rolls back nor holds up a promotion
	Medium Criticality = "medium" // rolls back with twice the evidence that a high one needs
	High   Criticality = "high"   // can roll back alone
)

// Counts are one side's requests of one flow in one tick. Slow has, for each latency bound
// in the flow's order, how many were slower than it; when it is shorter than the bounds, the
// others were not measured in this tick.
type Counts struct {
	N      uint64   `json:"n"`
	Errors uint64   `json:"errors"`
	Slow   []uint64 `json:"slow,omitempty"`
}

// Flow is what the judge knows of a flow; fixed while a deployment is judged.
type Flow struct {
	Name         string      `json:"name"`
	Criticality  Criticality `json:"criticality"`
	Availability float64     `json:"availability,omitempty"` // share of requests that must succeed, 0 to 1; 0: DefaultAvailability
	Bounds       []float64   `json:"bounds,omitempty"`       // of latency, in seconds, ascending
	// Synthetic says that its requests are made by ourselves. Where there is such a flow, it
	// stands in for flows that nobody uses.
	Synthetic bool `json:"synthetic,omitempty"`
}

// Tick is what one flow saw since the tick before: differences, not totals.
type Tick struct {
	Flow     string `json:"flow"`
	Canary   Counts `json:"canary"`
	Baseline Counts `json:"baseline"`
}

// DefaultAvailability is asked of a flow that has no target of its own.
const DefaultAvailability = 0.99

// Options are the judge's error rates and what counts as worse. What is zero, or makes no
// sense, is its default.
type Options struct {
	Alpha float64 `json:"alpha"` // at most this share of harmless canaries is rolled back, over all flows; 0.01
	Beta  float64 `json:"beta"`  // at most this share of harmful canaries is promoted; 0.05
	Psi0  float64 `json:"psi0"`  // an odds ratio up to this is harmless; 1.5
	Psi1  float64 `json:"psi1"`  // an odds ratio from this on is harmful; 2
}

// Up to minPsi and from maxPsi on, odds ratios make no sense, and figures get out of hand.
const (
	minPsi = 0.001
	maxPsi = 1001
)

// or gives the options with those of others for what is zero.
func (o Options) or(other Options) Options {
	return Options{Alpha: cmp.Or(o.Alpha, other.Alpha), Beta: cmp.Or(o.Beta, other.Beta), Psi0: cmp.Or(o.Psi0, other.Psi0), Psi1: cmp.Or(o.Psi1, other.Psi1)}
}

func (o Options) withDefaults() Options {
	between := func(x, low, high, otherwise float64) float64 {
		if x > low && x < high {
			return x
		}
		return otherwise
	}
	o.Alpha = between(o.Alpha, 0, 1, 0.01)
	o.Beta = between(o.Beta, 0, 1, 0.05)
	o.Psi0 = between(o.Psi0, minPsi, maxPsi, 1.5)
	o.Psi1 = between(o.Psi1, 1, maxPsi, 2)
	return o
}

// State is all that the judge remembers of a deployment. It is a value: Step gives a new
// one and leaves the old as it was. As JSON it may be stored and loaded at any tick.
type State struct {
	Options  Options       `json:"options"`
	Flows    []FlowState   `json:"flows"`
	At       time.Duration `json:"at"`                 // of the last tick, since the start
	Reserve  float64       `json:"reserve"`            // share of alpha that is kept for flows that come later
	Late     int           `json:"late,omitempty"`     // how many came later
	Ignored  uint64        `json:"ignored,omitempty"`  // ticks of flows beyond MaxFlows
	Rollback *Decision     `json:"rollback,omitempty"` // stays, once it is there
}

// Decision is when a rollback was decided, and by which flows.
type Decision struct {
	At    time.Duration `json:"at"`
	Flows []string      `json:"flows"`
}

// MaxFlows bounds the flows of one deployment. Ticks of more are ignored, and counted.
const MaxFlows = 10_000

// reserve is the part of alpha that is kept for flows that come later.
const reserve = 0.1
