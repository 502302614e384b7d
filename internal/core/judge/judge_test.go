package judge_test

import (
	"testing"
	"time"

	"slipway.dev/internal/core/judge"
)

// run steps once a second with the same tick until there is a verdict.
func run(s judge.State, most int, ticks ...judge.Tick) (judge.State, int) {
	for i := 1; i <= most; i++ {
		s = s.Step(time.Duration(i)*time.Second, ticks)
		if s.Verdict().Outcome != judge.Hold {
			return s, i
		}
	}
	return s, most
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	counts := func(n, errors uint64) judge.Counts { return judge.Counts{N: n, Errors: errors} }
	for name, c := range map[string]struct {
		canary, baseline judge.Counts
		want             judge.Outcome
		within           int // ticks
	}{
		"all errors":           {counts(10, 10), counts(90, 0), judge.Rollback, 2},
		"a fifth fails":        {counts(10, 2), counts(90, 0), judge.Rollback, 4},
		"both fail":            {counts(10, 10), counts(90, 90), judge.Hold, 600},
		"no errors":            {counts(10, 0), counts(90, 0), judge.Promote, 60},
		"same errors":          {counts(100, 1), counts(100, 1), judge.Promote, 60},
		"no canary":            {counts(0, 0), counts(100, 1), judge.Hold, 600},
		"no traffic":           {counts(0, 0), counts(0, 0), judge.Hold, 600},
		"no baseline, fine":    {counts(10, 0), counts(0, 0), judge.Promote, 61},
		"no baseline, broken":  {counts(10, 5), counts(0, 0), judge.Rollback, 65},
		"more errors than all": {counts(1, 1<<63), counts(9, 0), judge.Rollback, 10},
		"beyond all counts":    {counts(1<<63, 1<<62), counts(1<<63, 0), judge.Rollback, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, ticks := run(judge.New(judge.Options{}, []judge.Flow{{Name: "buy"}}), c.within, judge.Tick{Flow: "buy", Canary: c.canary, Baseline: c.baseline})
			if got := s.Verdict(); got.Outcome != c.want {
				t.Errorf("%s after %d ticks, want %s: %+v\n%+v", got.Outcome, ticks, c.want, got, s.Evidence())
			} else {
				t.Logf("%s after %d ticks: %s", got.Outcome, ticks, got.Reason)
			}
		})
	}
}
