package judge

import (
	"slices"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/judge"
	"slipway.dev/internal/wire/edgewire"
)

// surely is how many answers of a canary must be in no flow before it is told that the edge
// does not know flows: counters are not all read at the same moment.
const surely = 20

const oldEdge = "it is of an older version, which does not tell what of the canary's requests is of which flow and user. " +
	"It is replaced when slipway is started; the log says why it could not be"

// unseen says whether a canary answers requests and the edge tells nothing of flows, not even
// that requests are of none.
func unseen(spec deploy.JudgeSpec, seen edgewire.Counters) bool {
	if slices.ContainsFunc(seen.Flows, func(c edgewire.FlowCounter) bool { return c.Deployment == spec.Deployment }) {
		return false
	}
	answers := uint64(0)
	for _, c := range seen.Counters {
		if c.Deployment == spec.Deployment {
			for _, n := range c.Status {
				answers += n
			}
		}
	}
	return answers >= surely
}

// blame has the lane know why it holds: it is not that nobody came. Of those who did nothing is
// known, so there are to be no more of them.
func blame(said deploy.Judged, weight int) deploy.Judged {
	if said.Verdict == judge.Hold {
		said.Weight = min(said.Weight, weight)
		said.Reason = "Not enough data: the edge does not say how flows do; " + oldEdge + "."
		said.Missing = append([]string{"the edge: " + oldEdge + "."}, said.Missing...)
	}
	return said
}
