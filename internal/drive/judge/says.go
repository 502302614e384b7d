package judge

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/judge"
)

const (
	mostFlows = 20               // of which the evidence is told
	quiet     = 10 * time.Second // at least, between two entries in the journal with figures alone
	rarely    = 20               // and a part of the time since judging began
	mostHit   = 3                // users, before one can look
)

// says is what the judge says now.
func (r *record) says(spec deploy.JudgeSpec) deploy.Judged {
	v := r.state.Verdict()
	said := deploy.Judged{
		Deployment: spec.Deployment, Verdict: v.Outcome, Reason: v.Reason, Warnings: notes(v.Warnings), Missing: notes(v.Missing),
		Weight: judge.Next(spec.Weight, r.state, limits(spec)), Tick: r.number, Digest: r.chain(),
	}
	var failed uint64
	for _, e := range r.state.Evidence() {
		if e.Flow != SmokeChecks {
			failed += e.Canary.Errors
		}
		said.Flows = append(said.Flows, deploy.FlowEvidence{
			Flow: e.Flow, Criticality: e.Criticality, Canary: e.Canary, Baseline: e.Baseline,
			Worse: figure(e.LnAgainst), Fine: figure(e.LnFor), Verdict: e.Verdict, Reason: e.Reason, Synthetic: e.Flow == SmokeChecks,
		})
	}
	// A request that is of several flows counts in each, but failed once.
	said.UsersHit = min(failed, r.failed)
	slices.SortStableFunc(said.Flows, func(a, b deploy.FlowEvidence) int {
		decided := func(f deploy.FlowEvidence) int {
			if v.Outcome == judge.Rollback && slices.Contains(v.Flows, f.Flow) {
				return 0
			}
			return 1
		}
		return cmp.Or(decided(a)-decided(b), cmp.Compare(b.Worse, a.Worse), cmp.Compare(b.Canary.N, a.Canary.N))
	})
	if more := len(said.Flows) - mostFlows; more > 0 {
		said.Flows, said.More = said.Flows[:mostFlows], more
	}
	return said
}

// limits bound the canary's share. How many users it might hit is estimated from what both
// sides see, which may be a part of all requests only.
func limits(spec deploy.JudgeSpec) judge.Limits {
	return judge.Limits{Max: spec.Most, Hits: mostHit * float64(spec.Compared) / 100}
}

// figure is a logarithm as people are told it.
func figure(ln float64) float64 {
	if math.IsNaN(ln) {
		return 0
	}
	return math.Round(100*min(max(ln, -1e6), 1e6)) / 100
}

func notes(in []judge.Note) []string {
	var out []string
	for _, n := range in[:min(len(in), mostFlows)] {
		out = append(out, n.Flow+": "+n.Text)
	}
	return out
}

// due says whether something is to be told: at once if it is more than figures.
func (t *trial) due(now deploy.Judged) bool {
	was := t.said
	if now.Verdict != was.Verdict || now.Weight != was.Weight || !sameFlows(now.Warnings, was.Warnings) || !sameFlows(now.Missing, was.Missing) {
		return true
	}
	return t.record.at-t.saidAt >= max(quiet, t.record.at/rarely)
}

// sameFlows compares of which flows something is said.
func sameFlows(a, b []string) bool {
	name := func(note string) string { name, _, _ := strings.Cut(note, ":"); return name }
	return slices.EqualFunc(a, b, func(x, y string) bool { return name(x) == name(y) })
}
