package judge

import (
	"slices"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/judge"
	"slipway.dev/internal/wire/edgewire"
)

const oldEdge = "it is of an older version, which does not tell what of the canary's requests is of which flow and user. " +
	"It is replaced when slipway is started; the log says why it could not be"

// unseen says whether a canary answers requests and the edge tells nothing of flows, not even
// that requests are of none.
func unseen(spec deploy.JudgeSpec, seen edgewire.Counters) bool {
	if slices.ContainsFunc(seen.Flows, func(c edgewire.FlowCounter) bool { return c.Deployment == spec.Deployment }) {
		return false
	}
	return slices.ContainsFunc(seen.Counters, func(c edgewire.Counter) bool {
		return c.Deployment == spec.Deployment && slices.ContainsFunc(c.Status, func(n uint64) bool { return n > 0 })
	})
}

// blame has the lane hold and know why: it is not that nobody came. Of those who did nothing is
// known, so that checks do not stand in for them, and there are to be no more of them.
func blame(said deploy.Judged, weight int) deploy.Judged {
	if said.Verdict != judge.Rollback {
		said.Verdict, said.Weight = judge.Hold, min(said.Weight, weight)
		said.Reason = "Not enough data: the edge does not say how flows do; " + oldEdge + "."
		said.Missing = append([]string{"the edge: " + oldEdge + "."}, said.Missing...)
	}
	return said
}
