package judge

import (
	"math"
	"time"
)

// Limits bound how the canary's share of the traffic may grow. What is zero is its default.
type Limits struct {
	Start int           // percent at the beginning; 1
	Max   int           // percent before the promotion; 50
	Every time.Duration // it doubles at most this often; 3 s
	Look  time.Duration // from a request until its verdict can be acted upon; 2 s
	Hits  float64       // how many users may be hit while one looks once; 3
}

func (l Limits) withDefaults() Limits {
	l.Start = or(l.Start, 1, 100)
	l.Max = max(l.Start, or(l.Max, 50, 100))
	if l.Every <= 0 {
		l.Every = 3 * time.Second
	}
	if l.Look <= 0 {
		l.Look = 2 * time.Second
	}
	if !(l.Hits > 0) {
		l.Hits = 3
	}
	return l
}

func or(x, otherwise, most int) int {
	if x <= 0 {
		x = otherwise
	}
	return min(x, most)
}

// Next gives the share of the traffic, in percent, that the canary may have from now on,
// where it has weight. 0 is the end of a canary that is rolled back, 100 of one that is
// promoted. Between, it doubles as long as nothing speaks against the canary (up to a twentieth:
// also then) and the worst that is still possible would hit few users before the judge saw it.
//
// It reads how requests ended only through blocks that were judged, so that the judge's
// proof holds; see docs/judge.md.
func Next(weight int, s State, l Limits) int {
	l = l.withDefaults()
	switch s.Verdict().Outcome {
	case Rollback:
		return 0
	case Promote:
		return 100
	}
	if weight <= 0 {
		return l.Start
	}
	next := min(2*weight, l.Max, l.schedule(s.At))
	for next > weight && !s.harmless(float64(next)/100, l) {
		next--
	}
	return max(weight, next)
}

// schedule is the most that the time since the start allows.
func (l Limits) schedule(at time.Duration) int {
	doublings := min(float64(at/l.Every), 7)
	return int(min(float64(l.Start)*math.Exp2(doublings), 100))
}

// The larger the share, the less a single failed request of the canary tells: with half of
// the traffic it takes twelve of them in a row to roll back, with a quarter six. So more than
// cautious waits until a canary that fails grossly more often than the baseline is ruled out.
const (
	cautious = 0.25
	gross    = 0.1
)

// bold is the share up to which the canary grows though something speaks against it. So small
// a share decides after few failed requests whatever it is: to see them soon hits nobody more.
const bold = 0.05

// harmless says whether, in every flow, the worst that is possible would hit few users: no
// more in one look than the limit, and not many until the evidence suffices.
func (s State) harmless(share float64, l Limits) bool {
	for _, f := range s.Flows {
		if f.Criticality == Low || f.Retired {
			continue
		}
		if share > bold && f.suspect() {
			return false
		}
		perLook := float64(f.Canary.N+f.Baseline.N) / max(s.At-f.Born, l.Look).Seconds() * l.Look.Seconds()
		worst := f.worstCase()
		if perLook*share*worst > l.Hits || share > cautious && worst > gross {
			return false
		}
	}
	return true
}

// worstCase is how much more often than the baseline the canary may still fail, by what has
// been judged: three errors more than were seen would be no surprise.
func (f FlowState) worstCase() float64 {
	rate := func(all Side, waiting Counts, more float64) float64 {
		n, k := float64(all.N-waiting.N), float64(all.Errors-waiting.Errors)
		return min((k+more)/max(n, 1), 1)
	}
	return max(rate(f.Canary, f.Block.Canary, 3)-rate(f.Baseline, f.Block.Baseline, 0), 0)
}
