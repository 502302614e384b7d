package cli

import (
	"context"
	"regexp"
	"slices"

	"slipway.dev/client"
	"slipway.dev/client/model"
)

// stayedOut are the outcomes of deployments whose release did not stay.
var stayedOut = []string{"rolledBack", "rollbackFailed", "failed", "aborted"}

// recent is how many deployments are looked through for what was turned away last.
const recent = 200

func laneKey(service, environment string) string { return service + "/" + environment }

// turnedAway gives the last deployment of each lane whose release did not stay, by lane.
func turnedAway(ctx context.Context, c *client.Client, lanes []model.Lane) (map[string]model.Deployment, error) {
	if len(lanes) == 0 {
		return nil, nil
	}
	list, err := c.Deployments(ctx, model.DeploymentsQuery{Limit: recent})
	if err != nil {
		return nil, err
	}
	last := map[string]model.Deployment{}
	for _, d := range slices.Backward(list) { // the latest is first
		last[laneKey(d.Service, d.Environment)] = d
	}
	for key, d := range last {
		if !slices.Contains(stayedOut, d.Outcome) {
			delete(last, key)
		}
	}
	return last, nil
}

// whyNot says why the newest release is not in a lane, and where to read more.
func whyNot(l model.Lane, gone map[string]model.Deployment) []string {
	p := l.Pending
	d, away := gone[laneKey(l.Service, l.Environment)]
	switch {
	case l.Active != nil:
	case p != nil && p.Status == "failed":
		return []string{p.Error, "see what it printed: slipway logs " + l.Service + " --release " + p.ID}
	case p != nil && p.Problems[l.Environment] != "":
		return []string{p.ID + " does not go in: " + p.Problems[l.Environment],
			"after that: slipway deploy " + l.Service + " " + l.Environment}
	case p == nil && away:
		lines := []string{d.Release + " did not stay (" + d.Outcome + "): " + d.Reason}
		if id := instanceIn(d); id != "" {
			lines = append(lines, "see what it printed: slipway logs "+l.Service+" "+l.Environment+" --instance "+id)
		}
		return lines
	}
	return nil
}

// instanceIn gives the instance that a deployment's reason names, if any.
func instanceIn(d model.Deployment) string {
	return regexp.MustCompile(regexp.QuoteMeta(d.ID) + `\.\d+`).FindString(d.Reason)
}
