package judge

import (
	"math"
	"slices"
	"time"
)

// Block is what is pooled until both sides have requests. When it ends depends on how many
// requests there were and on time, and never on how they ended: that keeps the proof.
type Block struct {
	Since    time.Duration `json:"since,omitempty"`
	Canary   Counts        `json:"canary"`
	Baseline Counts        `json:"baseline"`
}

func (b Block) open() bool { return b.Canary.N > 0 || b.Baseline.N > 0 }

func (b Block) plus(t time.Duration, canary, baseline Counts) Block {
	if !b.open() {
		b.Since = t
	}
	return Block{Since: b.Since, Canary: b.Canary.plus(canary), Baseline: b.Baseline.plus(baseline)}
}

// plus adds counts. Latency is kept for as many bounds as were measured in both.
func (c Counts) plus(more Counts) Counts {
	switch {
	case more.N == 0:
		return c
	case c.N == 0:
		return more
	}
	sum := Counts{N: c.N + more.N, Errors: c.Errors + more.Errors}
	for i := range min(len(c.Slow), len(more.Slow)) {
		sum.Slow = append(sum.Slow, c.Slow[i]+more.Slow[i])
	}
	return sum
}

func (s Side) plus(c Counts) Side {
	s.N += min(c.N, math.MaxUint64-s.N)
	s.Errors += min(c.Errors, math.MaxUint64-s.Errors)
	return s
}

// sane gives counts that can be: no more errors than requests, no more bounds than the flow
// has, and no counts beyond maxCount, where all are scaled down alike.
func (c Counts) sane(bounds int) Counts {
	scale := func(k uint64) uint64 { return min(k, c.N) }
	if c.N > maxCount {
		part := float64(maxCount) / float64(c.N)
		scale = func(k uint64) uint64 { return min(uint64(float64(min(k, c.N))*part), maxCount) }
	}
	if c.N == 0 {
		return Counts{}
	}
	s := Counts{N: scale(c.N), Errors: scale(c.Errors), Slow: slices.Clone(c.Slow[:min(len(c.Slow), bounds)])}
	for i := range s.Slow {
		s.Slow[i] = scale(s.Slow[i])
	}
	return s
}
