package judge

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// TestBetIsFair: whatever was won before and however old the bet is, its wealth has the same
// mean after a block as before, where the canary is as bad as it may be; and less where it
// is better.
func TestBetIsFair(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 1))
	b, age := newBet(), time.Duration(0)
	if math.Abs(b.ln()) > 1e-15 {
		t.Errorf("starts with ln %g", b.ln())
	}
	for range 300 {
		age += time.Duration(random.Int64N(int64(2 * time.Minute)))
		m := margins{nc: float64(random.IntN(20) + 1), nb: float64(random.IntN(20) + 1)}
		m.k = float64(random.IntN(int(m.nc+m.nb) + 1))
		low, high := m.support()
		for _, psi := range []float64{1.5, 0.7} {
			var mean float64
			for kc := low; kc <= high; kc++ {
				mean += math.Exp(m.ln(kc, psi) + b.move(age, m.worse(kc, 1.5)).ln() - b.ln())
			}
			if mean > 1+1e-12 || psi == 1.5 && mean < 1-1e-12 {
				t.Errorf("odds ratio %g: the wealth is multiplied by %.17g", psi, mean)
			}
		}
		b = b.move(age, m.worse(low+math.Floor((high-low)*random.Float64()), 1.5))
	}
}

// TestStepIsFair goes through all that may come of a tick, with errors and latency that
// hang together as closely as can be: the evidence against the canary grows in no mean.
func TestStepIsFair(t *testing.T) {
	t.Parallel()
	s := New(Options{}, []Flow{{Name: "a", Bounds: []float64{0.1, 1}}, {Name: "b", Criticality: Medium}, {Name: "c", Criticality: Low}})
	const pb, nc, nb = 0.3, 4, 5
	pc := scaleOdds(pb, 1.5)
	before := s.total()
	if math.Abs(before-(1-reserve)) > 1e-12 {
		t.Errorf("starts with %g", before)
	}
	for second := range 3 {
		var mean float64
		var next State
		for kc := range uint64(nc + 1) {
			for kb := range uint64(nb + 1) {
				tick := func(flow string) Tick {
					return Tick{Flow: flow, Canary: Counts{N: nc, Errors: kc, Slow: []uint64{kc, kc}}, Baseline: Counts{N: nb, Errors: kb, Slow: []uint64{kb, kb}}}
				}
				after := s.Step(time.Duration(second+1)*time.Minute, []Tick{tick("a"), tick("b"), tick("c")})
				mean += binomial(nc, kc, pc) * binomial(nb, kb, pb) * after.total()
				if kc == 2 && kb == 1 {
					next = after
				}
			}
		}
		if mean > before*(1+1e-12) || mean < before*(1-1e-12) {
			t.Errorf("second %d: %.17g becomes %.17g in the mean", second, before, mean)
		}
		s = next
		before = s.total()
	}
}

// total is the evidence over all flows, that which Ville's inequality is about.
func (s State) total() float64 {
	var sum float64
	for _, f := range s.Flows {
		sum += f.Weight * math.Exp(f.against())
	}
	return sum
}

// binomial is the probability of k of n.
func binomial(n, k uint64, p float64) float64 {
	lg := func(x uint64) float64 { l, _ := math.Lgamma(float64(x) + 1); return l }
	return math.Exp(lg(n) - lg(k) - lg(n-k) + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
}
