package judge_test

import (
	"testing"
	"time"

	"slipway.dev/internal/core/judge"
)

// TestSyntheticStandsIn: what we do ourselves stands in for flows that nobody uses, and for no
// other.
func TestSyntheticStandsIn(t *testing.T) {
	t.Parallel()
	fine := judge.Counts{N: 2000}
	for name, c := range map[string]struct {
		synthetic bool
		buy       judge.Counts // of the baseline
		want      judge.Outcome
	}{
		"nobody buys, and nothing stands in": {false, judge.Counts{}, judge.Hold},
		"nobody buys":                        {true, judge.Counts{}, judge.Promote},
		"somebody buys of the old one":       {true, judge.Counts{N: 1}, judge.Hold},
	} {
		s := judge.New(judge.Options{}, []judge.Flow{{Name: "buy", Criticality: judge.High}, {Name: "checks", Criticality: judge.High, Synthetic: c.synthetic}})
		for i := range 3 {
			s = s.Step(time.Duration(i+1)*time.Minute, []judge.Tick{{Flow: "checks", Canary: fine, Baseline: fine}, {Flow: "buy", Baseline: c.buy}})
		}
		if v := s.Verdict(); v.Outcome != c.want {
			t.Errorf("%s: %+v", name, v)
		}
	}
}
