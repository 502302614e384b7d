// Package pillars holds what a flow must reach under the five pillars (reliability, security,
// cost, operations, performance) against what was seen of it in an environment. Each target is
// reached, missed, unknown, or not measured at all, and says why.
package pillars

import (
	"math"
	"time"

	"slipway.dev/internal/core/cost"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/slo"
)

// The pillars, in their order.
const (
	Reliability = "reliability"
	Security    = "security"
	Cost        = "cost"
	Operations  = "operations"
	Performance = "performance"
)

// State is how a target stands.
type State string

// The states.
const (
	OK          State = "ok"
	Missed      State = "missed"
	Unknown     State = "unknown"     // it is measured, and there is nothing to say yet, or not now
	NotMeasured State = "notMeasured" // nothing here measures it
)

// Row is one target.
type Row struct {
	Pillar   string `json:"pillar"`
	Target   string `json:"target"`             // "availability", "latency p99", "throughput"
	Wanted   string `json:"wanted"`             // as people say it
	Measured string `json:"measured,omitempty"` // likewise; empty: there is no figure
	State    State  `json:"state"`
	Text     string `json:"text,omitempty"` // why it stands so
}

// Run is the time over which is seen how a flow was run: who was woken, and what was announced.
const Run = slo.DefaultWindow

// Seen is what was seen of a flow in an environment. Figures that are not known are NaN, or
// nil; None is a Seen with nothing known.
type Seen struct {
	Environment string
	Span        time.Duration // over which requests and costs were seen
	Objectives  []Objective   // those that are looked at
	Requests    float64       // of all its steps
	Anonymous   float64       // of them, those answered 2xx or 3xx though nobody said who asks
	Plain       float64       // of them, those that came from outside without TLS
	Cost        *cost.FlowCost
	Currency    string        // of Cost; empty: the environment has no prices
	Peak        float64       // most requests of its first step in a second, as the mean of a minute
	Failures    int           // that people were woken for and that are over, of Run; below 0: not known
	Recovery    time.Duration // mean time from their begin to their end
	Works       int           // planned maintenance of it, of Run and to come; below 0: not known
	Late        int           // of that, what was announced too late
}

// Objective is how an objective stands.
type Objective struct {
	Name string // as slo.Objective has it
	slo.Status
}

// None is what is seen where nothing is known.
func None(environment string, span time.Duration) Seen {
	nan := math.NaN()
	return Seen{Environment: environment, Span: span, Requests: nan, Anonymous: nan, Plain: nan, Peak: nan, Failures: -1, Works: -1}
}

// Rows gives all targets of a flow, by pillar. A flow without targets has none.
func Rows(f flow.Flow, seen Seen) []Row {
	t := table{flow: f, seen: seen}
	t.reliability()
	t.security()
	t.cost()
	t.operations()
	t.performance()
	return t.rows
}

// table collects the rows of a flow.
type table struct {
	flow flow.Flow
	seen Seen
	rows []Row
}

// add takes in a row whose target the flow has.
func (t *table) add(pillar, target, wanted string, r Row) {
	r.Pillar, r.Target, r.Wanted = pillar, target, wanted
	t.rows = append(t.rows, r)
}

func (t *table) in() string {
	if t.seen.Environment == "" {
		return "here"
	}
	return "in " + t.seen.Environment
}
