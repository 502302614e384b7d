package main

import (
	"math"
	"slices"
)

// enter writes what came of a scenario into a rule's figures.
func (s scenario) enter(f *figure, outcomes []outcome) {
	if !s.healthy() {
		f.Detect[s.key] = detected(outcomes)
		return
	}
	f.FalseRollback[s.key] = share(outcomes, func(o outcome) bool { return o.rolledBack > 0 })
	p := promoted{Share: share(outcomes, wasPromoted), Seconds: median(outcomes, wasPromoted, func(o outcome) float64 { return float64(o.letThrough) })}
	f.PromotedBy[s.key] = p
	if s.key == "100rps" || s.key == "ramp" && f.Promoted == nil {
		f.Promoted = &p
	}
}

func wasPromoted(o outcome) bool { return o.letThrough > 0 }

func detected(outcomes []outcome) found {
	was := func(o outcome) bool { return o.rolledBack > 0 }
	f := found{
		Share: share(outcomes, was), Promoted: share(outcomes, wasPromoted),
		Seconds: median(outcomes, was, func(o outcome) float64 { return float64(o.rolledBack) }),
		Hit:     median(outcomes, was, func(o outcome) float64 { return o.hit }),
	}
	if f.Seconds != nil {
		var sum, n float64
		for _, o := range outcomes {
			if was(o) {
				sum, n = sum+o.hit, n+1
			}
		}
		f.HitMean = rounded(sum / n)
	}
	return f
}

func share(outcomes []outcome, is func(outcome) bool) float64 {
	var n float64
	for _, o := range outcomes {
		if is(o) {
			n++
		}
	}
	return n / float64(len(outcomes))
}

// median is over all outcomes, where those that are not come after all others: null if those
// are half of them.
func median(outcomes []outcome, is func(outcome) bool, of func(outcome) float64) *float64 {
	var all []float64
	for _, o := range outcomes {
		if is(o) {
			all = append(all, of(o))
		}
	}
	middle := len(outcomes) / 2
	if middle >= len(all) {
		return nil
	}
	slices.Sort(all)
	return rounded(all[middle])
}

// rounded keeps a tenth.
func rounded(x float64) *float64 {
	x = math.Round(10*x) / 10
	return &x
}
