package deploy

import (
	"fmt"
	"slices"

	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/notify"
)

// notice gives what people are told of how a deployment ended; false: nothing. That one went
// in concerns them only where somebody had to agree to it: elsewhere each commit would tell.
func (d Ended) notice() (notify.Notice, bool) {
	var verb string
	switch {
	case d.Outcome == Completed && d.agreed():
		verb = "is in"
	case d.Outcome == Failed:
		verb = "failed in"
	case d.Outcome == RolledBack:
		verb = "was rolled back in"
	case d.Outcome == RollbackFailed && d.Kind == KindRollback:
		verb = "could not be gone back to in"
	case d.Outcome == RollbackFailed:
		verb = "could not be rolled back in"
	default:
		return notify.Notice{}, false
	}
	title := fmt.Sprintf("%s %s %s %s", d.Service, d.Release, verb, d.Environment)
	if d.Reason != "" {
		title += ": " + d.Reason
	}
	return notify.Notice{
		Topic: notify.Deployments, Title: title, Service: d.Service, Environment: d.Environment,
		Link: "/deployments/" + d.Deployment, Key: RecordID(d.Deployment) + " " + string(d.Outcome),
	}, true
}

// agreed says whether the door asked for somebody's consent.
func (d Ended) agreed() bool {
	return slices.ContainsFunc(d.Conditions, func(c gate.Condition) bool {
		return c.Name == "approvals" && c.Verdict != gate.NotApplicable
	})
}
