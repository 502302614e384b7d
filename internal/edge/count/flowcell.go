package count

import (
	"math/rand/v2"
	"time"

	"slipway.dev/internal/wire/edgewire"
)

// Step is a step of a flow by which requests for one service are counted.
type Step struct {
	Flow, Name string
	Bounds     []float64 // of its latency, in seconds, ascending
}

// other is where requests are counted that are of no step.
var other = Step{Bounds: edgewire.Buckets}

// flowKey is what is counted apart of flows.
type flowKey struct {
	Key
	flow, step string
}

// The columns of totals.
const (
	requests = iota
	errors
	anonymous
	plain
	unitRequests
	unitErrors
	totals
)

// FlowCell counts the requests of one step that one release got. Its methods may be called
// by many at once. What is read has never more errors or slow requests than requests.
//
// When a flow's bounds change, it gets another cell with the same totals: latency is counted
// anew, all else goes on, also what requests count that still have the old cell.
type FlowCell struct {
	key     flowKey
	bounds  []float64
	limits  []time.Duration // the same
	totals  *columns
	latency columns
	units   columns // their latency
}

func newFlowCell(k flowKey, bounds []float64, before *FlowCell) *FlowCell {
	c := &FlowCell{key: k, bounds: bounds, limits: make([]time.Duration, len(bounds)), totals: &columns{n: totals}}
	for i, b := range bounds {
		c.limits[i] = time.Duration(b * float64(time.Second))
	}
	c.latency.n, c.units.n = len(bounds)+1, len(bounds)+1
	if before != nil {
		c.totals = before.totals
	}
	return c
}

// Outcome is how a request went.
type Outcome struct {
	Took      time.Duration // until the answer began
	Failed    bool
	Anonymous bool
	Plain     bool
}

// Count counts a request, and if it is a unit, that.
func (c *FlowCell) Count(o Outcome, unit bool) {
	i, at := int(rand.Uint32()&(flowShards-1)), c.bucket(o.Took)
	t := c.totals.shard(i)
	t[requests].Add(1)
	c.latency.shard(i)[at].Add(1)
	if o.Failed {
		t[errors].Add(1)
	}
	if o.Anonymous {
		t[anonymous].Add(1)
	}
	if o.Plain {
		t[plain].Add(1)
	}
	if unit {
		t[unitRequests].Add(1)
		c.units.shard(i)[at].Add(1)
		if o.Failed {
			t[unitErrors].Add(1)
		}
	}
}

// Broken counts it as an error that the answer of a request broke off, which was counted as
// good before.
func (c *FlowCell) Broken(unit bool) {
	t := c.totals.shard(0)
	t[errors].Add(1)
	if unit {
		t[unitErrors].Add(1)
	}
}

// Spoilt counts a failed unit whose request is not counted here: the release broke it off,
// and another instance is to make it good.
func (c *FlowCell) Spoilt(took time.Duration) {
	t := c.totals.shard(0)
	t[unitRequests].Add(1)
	c.units.shard(0)[c.bucket(took)].Add(1)
	t[unitErrors].Add(1)
}

func (c *FlowCell) bucket(took time.Duration) int {
	for i, limit := range c.limits {
		if took <= limit {
			return i
		}
	}
	return len(c.limits)
}

// counted says whether there is anything to tell.
func (c *FlowCell) counted() bool { return c.totals.figures.Load() != nil }

// read gives the figures. Requests are raised first and read last, so that no part of them
// is ever more than all.
func (c *FlowCell) read() edgewire.FlowCounter {
	out := edgewire.FlowCounter{
		Flow: c.key.flow, Step: c.key.step, Service: c.key.Service, Environment: c.key.Environment,
		Release: c.key.Release, Deployment: c.key.Deployment, Bounds: c.bounds,
		Latency: c.latency.sums(), Anonymous: c.totals.sum(anonymous), Plain: c.totals.sum(plain), Errors: c.totals.sum(errors),
		Units: edgewire.Units{Latency: c.units.sums(), Errors: c.totals.sum(unitErrors)},
	}
	if out.Latency == nil {
		out.Latency = make([]uint64, len(c.bounds)+1)
	}
	out.Units.Requests = c.totals.sum(unitRequests)
	out.Requests = c.totals.sum(requests)
	return out
}
