package web

import (
	"cmp"
	"math"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/manifest"
)

// held says whether a person is to settle a deployment.
func held(d model.Deployment) bool {
	return d.Outcome == string(deploy.Held) || d.Outcome == string(deploy.RollbackFailed) && d.FinishedAt.IsZero()
}

// judgeStatus says what the judge says of a canary, or said while it went in.
func judgeStatus(d model.Deployment, j model.Judgement) status {
	over := !d.FinishedAt.IsZero()
	switch {
	case j.Verdict == "rollback":
		return status{"Worse than the release before", "back", bad}
	case j.Verdict == "promote":
		return status{"Proven fine", "check", good}
	case over:
		return status{"Nothing was proven", "question", quiet}
	case d.Undecided:
		return status{"Not enough evidence in its time", "hand", bad}
	}
	return status{"Not enough evidence yet", "dots", busy}
}

// flowVerdict says the same of one flow.
func flowVerdict(e model.FlowEvidence) status {
	switch e.Verdict {
	case "rollback":
		return status{"Worse", "cross", bad}
	case "promote":
		return status{"Fine", "check", good}
	}
	if e.Worse >= worseAt {
		return status{"Worse, warns", "glass", warn}
	}
	return status{"Open", "question", quiet}
}

// Evidence from which a flow decides, as natural logarithms, unless the manifest has other
// risks: 100 to 1 that it is worse, 20 to 1 that it is fine.
var worseAt, fineAt = math.Log(100), math.Log(20)

// nearly is the most that is drawn of evidence that has not decided.
const nearly = 0.96

// towards gives how far evidence is on its way to what decides. What has decided, by the
// judge's own figures, is there; what has not is not.
func towards(ln, at float64, decided bool) float64 {
	if decided {
		return 1
	}
	return min(max(ln/at, 0), nearly)
}

// hits says how many users a canary hit.
func hits(n uint64) string {
	if n == 0 {
		return "none"
	}
	return plural(int(min(n, math.MaxInt32)), "user's request failed there", "users' requests failed there")
}

// aFlow says whether an evidence is of a flow that has a page; not of what is in none, or of
// checks.
func aFlow(e model.FlowEvidence) bool { return !e.Synthetic && manifest.CheckName(e.Flow) == nil }

// flowName is what an evidence is of.
func flowName(e model.FlowEvidence) string { return cmp.Or(e.Flow, "other requests") }
