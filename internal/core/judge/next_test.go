package judge_test

import (
	"testing"
	"time"

	"slipway.dev/internal/core/judge"
)

// steady gives the state after some seconds of the same tick.
func steady(seconds int, canary, baseline judge.Counts) judge.State {
	s := judge.New(judge.Options{}, []judge.Flow{{Name: "buy"}})
	for second := 1; second <= seconds; second++ {
		s = s.Step(time.Duration(second)*time.Second, []judge.Tick{{Flow: "buy", Canary: canary, Baseline: baseline}})
	}
	return s
}

func TestNext(t *testing.T) {
	t.Parallel()
	n := func(n, errors uint64) judge.Counts { return judge.Counts{N: n, Errors: errors} }
	for name, c := range map[string]struct {
		s      judge.State
		limits judge.Limits
		weight int
		want   int
	}{
		"at the start":               {steady(0, n(0, 0), n(0, 0)), judge.Limits{}, 0, 1},
		"start as asked":             {steady(0, n(0, 0), n(0, 0)), judge.Limits{Start: 5}, 0, 5},
		"too early to double":        {steady(2, n(1, 0), n(9, 0)), judge.Limits{}, 1, 1},
		"doubles":                    {steady(10, n(1, 0), n(9, 0)), judge.Limits{}, 2, 4},
		"not beyond the schedule":    {steady(7, n(1, 0), n(9, 0)), judge.Limits{}, 4, 4},
		"a quarter without proof":    {steady(60, n(0, 0), n(1, 0)), judge.Limits{}, 16, 25},
		"little traffic, no proof":   {steady(60, n(0, 0), n(1, 0)), judge.Limits{}, 32, 32},
		"much traffic, no proof":     {steady(60, n(0, 0), n(1000, 0)), judge.Limits{}, 1, 1},
		"much traffic, some proof":   {steady(60, n(1, 0), n(99, 0)), judge.Limits{}, 16, 30},
		"one error":                  {steady(30, n(1, 0), n(99, 0)).Step(31*time.Second, []judge.Tick{{Flow: "buy", Canary: n(1, 1), Baseline: n(99, 0)}}), judge.Limits{}, 8, 8},
		"one error at a small share": {steady(30, n(1, 0), n(99, 0)).Step(31*time.Second, []judge.Tick{{Flow: "buy", Canary: n(1, 1), Baseline: n(99, 0)}}), judge.Limits{}, 2, 4},
		"one error, a twentieth":     {steady(30, n(1, 0), n(99, 0)).Step(31*time.Second, []judge.Tick{{Flow: "buy", Canary: n(1, 1), Baseline: n(99, 0)}}), judge.Limits{}, 4, 5},
		"no more than the most":      {steady(60, n(1, 0), n(9, 0)), judge.Limits{Max: 20}, 16, 20},
		"never less":                 {steady(60, n(1, 0), n(9, 0)), judge.Limits{Max: 20}, 40, 40},
		"rolled back":                {steady(10, n(10, 9), n(90, 0)), judge.Limits{}, 10, 0},
		"proven fine":                {steady(100, n(50, 0), n(50, 0)), judge.Limits{}, 50, 100},
	} {
		if got := judge.Next(c.weight, c.s, c.limits); got != c.want {
			t.Errorf("%s: %d%% after %d%%, want %d%%; %+v", name, got, c.weight, c.want, c.s.Evidence())
		}
	}
}

// TestNextDoesNotLookAhead: how requests ended that wait for the other side must not tell on
// the weight, or else the proof of the judge's error rate falls.
func TestNextDoesNotLookAhead(t *testing.T) {
	t.Parallel()
	for errors := range uint64(11) {
		s := steady(60, judge.Counts{N: 1}, judge.Counts{N: 99})
		s = s.Step(61*time.Second, []judge.Tick{{Flow: "buy", Canary: judge.Counts{N: 10, Errors: errors}}})
		if got := judge.Next(16, s, judge.Limits{}); got != 30 {
			t.Errorf("%d errors that are not judged yet: %d%%", errors, got)
		}
	}
}
