package judge_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"slipway.dev/internal/core/judge"
)

// TestFiguresAreNumbers: whatever is asked for and seen, state and evidence can be written as
// JSON, which has neither infinity nor what is no number.
func TestFiguresAreNumbers(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 9))
	one := func(list ...float64) float64 { return list[random.IntN(len(list))] }
	count := func() uint64 {
		return []uint64{0, 1, 2, 10, 1000, 1e6, 1e9, 1e12, 1e18, math.MaxUint64}[random.IntN(10)]
	}
	side := func() judge.Counts {
		return judge.Counts{N: count(), Errors: count(), Slow: []uint64{count(), count()}}
	}
	for range 5000 {
		o := judge.Options{Psi0: one(0, 1e-9, 0.0011, 1.5, 1000, 999_999, math.Inf(1)), Psi1: one(0, 1, 2, 1000, 999_999, math.NaN()), Alpha: one(0, 1e-300, 0.9), Beta: one(0, 1e-300, 0.9)}
		s := judge.New(o, []judge.Flow{{Name: "a", Availability: one(0, 1, 0.5, 1e-12, 1e-300, 1-1e-12, 1-1e-16), Bounds: []float64{0.1, 1}}})
		at := time.Duration(0)
		for range 4 {
			at += time.Duration(random.Int64N(int64(3 * time.Minute)))
			s = s.Step(at, []judge.Tick{{Flow: "a", Canary: side(), Baseline: side()}})
		}
		for what, v := range map[string]any{"evidence": s.Evidence(), "state": s} {
			if _, err := json.Marshal(v); err != nil {
				t.Fatalf("%s with %+v: %v", what, o, err)
			}
		}
	}
}
