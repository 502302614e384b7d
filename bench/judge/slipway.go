package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"slipway.dev/internal/core/judge"
)

const flow = "flow"

// slipway is the judge of this repository with its defaults, once a second.
type slipway struct {
	state   judge.State
	through bool // was promoted already; what would it have said later?
}

func newSlipway() *slipway {
	return &slipway{state: judge.New(judge.Options{}, []judge.Flow{{Name: flow, Bounds: bounds}})}
}

func (s *slipway) look(at int, canary, baseline judge.Counts) verdict {
	s.state = s.state.Step(time.Duration(at)*time.Second, []judge.Tick{{Flow: flow, Canary: canary, Baseline: baseline}})
	switch {
	case s.state.Rollback != nil:
		return rolledBack
	case !s.through && s.state.Verdict().Outcome == judge.Promote:
		s.through = true
		return letThrough
	}
	return looking
}

// next is the weight that the evidence allows, in percent.
func (s *slipway) next(weight int) int {
	if s.through {
		return weight
	}
	// The verdict is acted upon before the next tick of a second.
	return min(judge.Next(weight, s.state, judge.Limits{Look: time.Second}), 50)
}

// tick takes the time of one tick of many flows, in ms: the best of many.
func tick(flows int, requests uint64) float64 {
	random := crowd{rand.New(rand.NewPCG(1, 1))}
	all, ticks := make([]judge.Flow, flows), make([]judge.Tick, flows)
	for i := range all {
		all[i] = judge.Flow{Name: fmt.Sprint(flow, i), Bounds: bounds}
		ticks[i] = judge.Tick{Flow: all[i].Name, Canary: expected(random, requests/2), Baseline: expected(random, requests/2)}
	}
	s := judge.New(judge.Options{}, all)
	best := time.Hour
	for range 30 {
		began := time.Now()
		s.Step(time.Second, ticks).Verdict()
		best = min(best, time.Since(began))
	}
	return float64(best) / float64(time.Millisecond)
}

// expected draws counts, or takes their means where there are too many.
func expected(random crowd, n uint64) judge.Counts {
	slower := shares(healthy)
	if n < 1e6 {
		return random.counts(n, healthy, slower)
	}
	c := judge.Counts{N: n, Errors: uint64(float64(n) * healthy.errors)}
	for _, p := range slower {
		c.Slow = append(c.Slow, uint64(float64(n)*p))
	}
	return c
}

func shares(s side) []float64 {
	all := make([]float64, len(bounds))
	for i, bound := range bounds {
		all[i] = s.slower(bound)
	}
	return all
}
