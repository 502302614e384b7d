package main

import "slipway.dev/internal/core/judge"

type verdict int

const (
	looking verdict = iota
	rolledBack
	letThrough
)

// rule sees what canary and baseline did until at, in seconds since the start, and decides.
type rule interface {
	look(at int, canary, baseline judge.Counts) verdict
}

// flagger is Flagger's canary analysis as in its documentation: every minute the canary's
// success rate must be at least 99% and its p99 at most 500 ms. A check that fails halts the
// advance; the fifth rolls back; ten that pass promote. No traffic is a failed check.
type flagger struct {
	minute judge.Counts
	failed int
	passed int
}

func (f *flagger) look(at int, canary, _ judge.Counts) verdict {
	f.minute = plus(f.minute, canary)
	if at%60 != 0 {
		return looking
	}
	if c := f.minute; c.N > 0 && rate(c) <= 0.01 && quantile(c, 0.99) <= 0.5 {
		f.passed++
	} else {
		f.failed++
	}
	f.minute = judge.Counts{}
	switch {
	case f.failed >= 5:
		return rolledBack
	case f.passed >= 10:
		return letThrough
	}
	return looking
}

// argo is Argo Rollouts' analysis as in its documentation: every five minutes the canary's
// success rate must be at least 95%, and three measurements that fail abort. It has no end
// of its own; here the steps are through after 25 minutes.
type argo struct {
	window judge.Counts
	failed int
}

func (a *argo) look(at int, canary, _ judge.Counts) verdict {
	a.window = plus(a.window, canary)
	if at%300 != 0 {
		return looking
	}
	if a.window.N == 0 || rate(a.window) > 0.05 {
		a.failed++
	}
	a.window = judge.Counts{}
	switch {
	case a.failed >= 3:
		return rolledBack
	case at >= window:
		return letThrough
	}
	return looking
}

// kayenta is Kayenta's judge as in its documentation: after 60 minutes the values of each
// minute, error rate and p99, of canary and baseline are compared by the Mann–Whitney test
// at 98%, with a tolerance of a quarter of the estimated shift.
type kayenta struct {
	canary, baseline judge.Counts // of this minute
	values           [2][2][]float64
}

func (k *kayenta) look(at int, canary, baseline judge.Counts) verdict {
	k.canary, k.baseline = plus(k.canary, canary), plus(k.baseline, baseline)
	if at%60 != 0 {
		return looking
	}
	for i, c := range []judge.Counts{k.canary, k.baseline} {
		if c.N > 0 {
			k.values[0][i] = append(k.values[0][i], rate(c))
			k.values[1][i] = append(k.values[1][i], quantile(c, 0.99))
		}
	}
	k.canary, k.baseline = judge.Counts{}, judge.Counts{}
	if at < 3600 {
		return looking
	}
	for _, metric := range k.values {
		if higher(metric[0], metric[1]) {
			return rolledBack
		}
	}
	return letThrough
}

func plus(c, more judge.Counts) judge.Counts {
	sum := judge.Counts{N: c.N + more.N, Errors: c.Errors + more.Errors, Slow: make([]uint64, len(bounds))}
	copy(sum.Slow, c.Slow)
	for i := range more.Slow {
		sum.Slow[i] += more.Slow[i]
	}
	return sum
}

func rate(c judge.Counts) float64 { return float64(c.Errors) / float64(c.N) }

// quantile is interpolated within its bucket, as Prometheus does.
func quantile(c judge.Counts, q float64) float64 {
	rank := (1 - q) * float64(c.N) // of the slowest
	low, above := 0.0, float64(c.N)
	for i, bound := range bounds {
		slow := float64(c.Slow[i])
		if slow <= rank {
			return low + (bound-low)*(above-rank)/(above-slow)
		}
		low, above = bound, slow
	}
	return low
}
