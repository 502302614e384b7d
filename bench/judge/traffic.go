package main

import (
	"math"
	"math/rand/v2"

	"slipway.dev/internal/core/judge"
)

// bounds are those of the latency histogram, in seconds.
var bounds = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}

// side is one of canary and baseline: how often it fails, and how slow it is. Latency is
// log-normal with a median of 0.1 s and a sigma of 0.5 (p95 0.23 s, p99 0.32 s).
type side struct {
	errors float64
	factor float64 // of the whole latency
	tail   float64 // share of requests that take ten times as long
}

const (
	medianLatency = 0.1
	sigma         = 0.5
)

// healthy is what the baseline is, and a canary that has no fault.
var healthy = side{errors: 0.005, factor: 1}

// slower is the share of requests slower than a bound.
func (s side) slower(bound float64) float64 {
	beyond := func(x float64) float64 { return math.Erfc(math.Log(x/(medianLatency*s.factor))/sigma/math.Sqrt2) / 2 }
	return (1-s.tail)*beyond(bound) + s.tail*beyond(bound/10)
}

// harmed is how many users a canary hit: those of failed requests, or of slowed ones.
func (s side) harmed(c judge.Counts) float64 {
	switch {
	case s.tail > 0:
		return float64(c.N) * s.tail
	case s.factor > 1:
		return float64(c.N)
	}
	return float64(c.Errors)
}

// crowd makes requests.
type crowd struct{ *rand.Rand }

// counts draws what n requests to a side come to.
func (c crowd) counts(n uint64, s side, slower []float64) judge.Counts {
	counts := judge.Counts{N: n, Errors: c.binomial(n, s.errors), Slow: make([]uint64, len(bounds))}
	left, before := n, 1.0
	for i := range bounds {
		if left > 0 {
			left = c.binomial(left, min(slower[i]/before, 1))
		}
		counts.Slow[i], before = left, slower[i]
	}
	return counts
}

func (c crowd) poisson(mean float64) uint64 {
	if mean > 500 {
		return uint64(max(0, math.Round(mean+math.Sqrt(mean)*c.NormFloat64())))
	}
	var n uint64
	for at := c.ExpFloat64(); at < mean; at += c.ExpFloat64() {
		n++
	}
	return n
}

// binomial skips from one success to the next.
func (c crowd) binomial(n uint64, p float64) uint64 {
	if p > 0.5 {
		return n - c.binomial(n, 1-p)
	}
	if p <= 0 {
		return 0
	}
	var k uint64
	step := -1 / math.Log1p(-p)
	for at := c.ExpFloat64() * step; at < float64(n); at += 1 + math.Floor(c.ExpFloat64()*step) {
		k++
	}
	return k
}
