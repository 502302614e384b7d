package web

import (
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/deploy"
)

// cell is a service in an environment.
type cell struct {
	Environment string
	status
	Text     string   // what it does or waits for
	Arriving *release // on its way in
	Gone     *release // was the last to come, and did not stay
	Serving  *release // has (the rest of) the traffic
	Weight   int      // percent of the requests that Arriving gets
	Stage    int      // of Stages
	Stages   int
	Healthy  int // of Instances
	Copies   int
	URL      string
	Waiting  []waiting // before the gate
	Actions  []action
}

// waiting is a release before a gate.
type waiting struct {
	Deployment, Release string
	Text                string // what it waits for
}

// waits shows who stands before the gate. What serves meanwhile is well.
func (c *cell) waits(g model.Gate) {
	c.Waiting = append(c.Waiting, waiting{Deployment: g.Deployment, Release: g.Release, Text: missing(g)})
	if c.Word == statuses[deploy.Waiting].Word {
		c.status, c.Text = statusOf("", c.Serving != nil), ""
	}
}

// release is a release as a person knows it.
type release struct {
	Name       string // short commit, or the release's identity
	Subject    string
	Since      time.Time
	Deployment string
}

// short is how many digits of a commit people are shown.
const short = 7

func cellOf(lane model.Lane, last *model.Deployment) cell {
	c := cell{Environment: lane.Environment, status: statusOf(lane.Status, lane.Current != nil)}
	if c.Tone != good && c.Tone != quiet && lane.Status != string(deploy.Shifting) {
		c.Text = lane.Text // of what is well, or shown as a bar, nothing need be said
	}
	if at := lane.Current; at != nil {
		c.Serving = &release{name(at.Commit, at.Release), at.Subject, at.CompletedAt, at.Deployment}
	}
	switch d := lane.Active; {
	case d != nil:
		c.Arriving = &release{name(d.Commit, d.Release), d.Subject, d.RequestedAt, d.ID}
		c.Weight, c.Stage, c.Stages = d.Weight, d.Stage, d.Stages
	case lane.Pending != nil:
		c.pending(*lane.Pending)
	case last != nil && sentAway(last.Outcome):
		c.status, c.Text = statusOf(last.Outcome, true), last.Reason
		c.Gone = &release{name(last.Commit, last.Release), last.Subject, last.FinishedAt, last.ID}
	}
	for _, instance := range lane.Instances {
		if !instance.Routed {
			continue // starting, or kept warm
		}
		c.Copies++
		if instance.State == "healthy" {
			c.Healthy++
		}
	}
	if len(lane.URLs) > 0 {
		c.URL = lane.URLs[0]
	}
	return c
}

// pending shows a release that is not there yet: it is built, or cannot come.
func (c *cell) pending(r model.Release) {
	it := &release{name(r.Commit, r.ID), r.Subject, r.CreatedAt, ""}
	switch problem := r.Problems[c.Environment]; {
	case r.Status == "building":
		c.status, c.Text, c.Arriving = status{"Building", "dots", busy}, "", it
	case r.Artifact == "":
		c.status, c.Text, c.Gone = status{"Build " + r.Status, "cross", warn}, r.Error, it
	case problem != "":
		c.status, c.Text, c.Gone = status{"Does not go in", "pause", warn}, problem, it
	}
}

// sentAway says of a finished deployment that its release did not stay.
func sentAway(outcome string) bool {
	switch deploy.Phase(outcome) {
	case deploy.RolledBack, deploy.RollbackFailed, deploy.Failed, deploy.Aborted:
		return true
	}
	return false
}

func name(commit, release string) string {
	if len(commit) > short {
		return commit[:short]
	}
	if commit != "" {
		return commit
	}
	return release
}
