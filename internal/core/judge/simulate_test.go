package judge_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"slipway.dev/internal/core/judge"
)

// world is traffic that is made up: what a flow's requests are in each second.
type world struct {
	random *rand.Rand
	flows  []judge.Flow
	rate   float64                                                  // requests a second, of each flow
	share  func(second int, s judge.State) float64                  // the canary's, which may follow the evidence
	error  func(second, flow int) (canary, baseline float64)        // error rates
	slow   func(second, flow, bound int) (canary, baseline float64) // shares of slow requests
}

func (w world) tick(second int, s judge.State) []judge.Tick {
	share := w.share(second, s)
	ticks := make([]judge.Tick, len(w.flows))
	for i, f := range w.flows {
		n := w.poisson(w.rate)
		canary := w.binomial(n, share)
		pc, pb := w.error(second, i)
		t := judge.Tick{Flow: f.Name, Canary: judge.Counts{N: canary, Errors: w.binomial(canary, pc)},
			Baseline: judge.Counts{N: n - canary, Errors: w.binomial(n-canary, pb)}}
		for b := range f.Bounds {
			pc, pb := w.slow(second, i, b)
			t.Canary.Slow = append(t.Canary.Slow, w.binomial(canary, pc))
			t.Baseline.Slow = append(t.Baseline.Slow, w.binomial(n-canary, pb))
		}
		ticks[i] = t
	}
	return ticks
}

func (w world) run(o judge.Options, seconds int) (judge.Verdict, int) {
	s := judge.New(o, w.flows)
	for second := range seconds {
		s = s.Step(time.Duration(second+1)*time.Second, w.tick(second, s))
		if s.Rollback != nil {
			return s.Verdict(), second + 1
		}
	}
	return s.Verdict(), seconds
}

func (w world) poisson(mean float64) uint64 {
	var n uint64
	for at := w.random.ExpFloat64(); at < mean; at += w.random.ExpFloat64() {
		n++
	}
	return n
}

// binomial skips from one success to the next, which is fast for rare ones.
func (w world) binomial(n uint64, p float64) uint64 {
	if p > 0.5 {
		return n - w.binomial(n, 1-p)
	}
	if p <= 0 {
		return 0
	}
	var k uint64
	step := math.Log1p(-p)
	for at := w.random.ExpFloat64() / -step; at < float64(n); at += 1 + math.Floor(w.random.ExpFloat64()/-step) {
		k++
	}
	return k
}

// odds gives the rate whose odds are psi times those of p.
func odds(p, psi float64) float64 { return psi * p / (1 - p + psi*p) }

// atMost fails if that many of all runs would be seen in fewer than one of a million sets of
// runs, did it happen with the probability p.
func atMost(t *testing.T, what string, times, runs int, p float64) {
	t.Helper()
	// P(X >= times), summed up from its logarithms.
	var tail float64
	for k := times; k <= runs; k++ {
		lg := func(n int) float64 { l, _ := math.Lgamma(float64(n) + 1); return l }
		tail += math.Exp(lg(runs) - lg(k) - lg(runs-k) + float64(k)*math.Log(p) + float64(runs-k)*math.Log1p(-p))
	}
	if tail < 1e-6 {
		t.Errorf("%s: %d of %d, which is more than %g (p = %.2g)", what, times, runs, p, tail)
	}
	t.Logf("%s: %d of %d", what, times, runs)
}

func doubling(second int, _ judge.State) float64 { return min(math.Exp2(float64(second/20))/100, 0.5) }
func adaptive(second int, s judge.State) float64 {
	weight := 1
	if second > 0 {
		weight = min(max(judge.Next(second, s, judge.Limits{}), 1), 50)
	}
	return float64(weight) / 100
}

// drifting is a base rate that goes up and down with the time of day, and once by a jump.
func drifting(second int) float64 {
	p := 0.01 * (1 + 0.8*math.Sin(float64(second)/50))
	if second > 200 && second < 260 {
		p = 0.3 // an outage of both
	}
	return p
}

// TestFalseRollbacks holds the promise: where each flow and bound is as bad as it may be, an
// odds ratio of psi0, no more than alpha are rolled back, however the weight and the base
// rate change and however many flows there are.
func TestFalseRollbacks(t *testing.T) {
	t.Parallel()
	high := func(n int, bounds ...float64) []judge.Flow {
		flows := make([]judge.Flow, n)
		for i := range flows {
			flows[i] = judge.Flow{Name: string(rune('a' + i)), Bounds: bounds}
		}
		return flows
	}
	const alpha = 0.05 // so that fewer runs tell
	for name, c := range map[string]struct {
		flows []judge.Flow
		rate  float64
		share func(int, judge.State) float64
		psi0  float64
	}{
		"one flow, many requests":  {high(1), 100, doubling, 1.5},
		"one flow, few requests":   {high(1), 1, doubling, 1.5},
		"no tolerance":             {high(1), 30, doubling, 1},
		"weight follows evidence":  {high(1), 30, adaptive, 1.5},
		"four flows, three bounds": {high(4, 0.1, 0.2, 0.5), 10, doubling, 1.5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const runs = 250
			w := world{random: rand.New(rand.NewPCG(7, uint64(len(name)))), flows: c.flows, rate: c.rate, share: c.share,
				error: func(second, _ int) (float64, float64) { p := drifting(second); return odds(p, c.psi0), p },
				slow: func(second, _, b int) (float64, float64) {
					p := drifting(second) * float64(8-b)
					p = min(p, 0.9)
					return odds(p, c.psi0), p
				},
			}
			times := 0
			for range runs {
				if v, _ := w.run(judge.Options{Alpha: alpha, Psi0: c.psi0}, 300); v.Outcome == judge.Rollback {
					times++
				}
			}
			atMost(t, "rolled back", times, runs, alpha)
		})
	}
}

// TestHarmIsFound shows that the test above can fail, and that the judge finds what is worse
// than it may be: the same worlds, judged as if nothing worse than equal were harmless.
func TestHarmIsFound(t *testing.T) {
	t.Parallel()
	w := world{random: rand.New(rand.NewPCG(8, 1)), flows: []judge.Flow{{Name: "a"}}, rate: 100, share: doubling,
		error: func(second, _ int) (float64, float64) { p := drifting(second); return odds(p, 1.5), p }}
	const runs = 50
	times := 0
	for range runs {
		if v, _ := w.run(judge.Options{Psi0: 1}, 400); v.Outcome == judge.Rollback {
			times++
		}
	}
	if times < runs*9/10 {
		t.Errorf("found %d of %d", times, runs)
	}
}

// TestFalsePromotions holds the other promise: a canary that is just harmful in one of its
// flows is promoted with at most the probability beta, though the others are fine.
func TestFalsePromotions(t *testing.T) {
	t.Parallel()
	const runs, beta = 400, 0.05
	w := world{random: rand.New(rand.NewPCG(9, 1)), flows: []judge.Flow{{Name: "a"}, {Name: "b", Criticality: judge.Medium}}, rate: 100, share: doubling,
		error: func(second, flow int) (float64, float64) {
			p := 0.02 * (1 + 0.4*math.Sin(float64(second)/50))
			if flow == 0 {
				return p, p
			}
			return odds(p, 2), p // never within the target, and harmful
		}}
	times := 0
	for range runs {
		s := judge.New(judge.Options{Beta: beta}, w.flows)
		for second := range 200 {
			s = s.Step(time.Duration(second+1)*time.Second, w.tick(second, s))
			s.Rollback = nil // what matters is whether it would ever be promoted
			if s.Verdict().Outcome == judge.Promote {
				times++
				break
			}
		}
	}
	atMost(t, "promoted", times, runs, beta)
}

// TestAbsoluteAloneIsBounded holds alpha where there is no baseline and the canary fails as
// often as is harmless at most.
func TestAbsoluteAloneIsBounded(t *testing.T) {
	t.Parallel()
	const runs, alpha = 400, 0.05
	w := world{random: rand.New(rand.NewPCG(10, 1)), flows: []judge.Flow{{Name: "a", Availability: 0.98}}, rate: 20,
		share: func(int, judge.State) float64 { return 1 },
		error: func(int, int) (float64, float64) { return odds(0.02, 1.5), 0 }}
	times := 0
	for range runs {
		if v, _ := w.run(judge.Options{Alpha: alpha}, 600); v.Outcome == judge.Rollback {
			times++
		}
	}
	atMost(t, "rolled back", times, runs, alpha)
}
