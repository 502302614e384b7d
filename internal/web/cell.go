package web

import (
	"time"

	"slipway.dev/client/model"
)

// cell is a service in an environment.
type cell struct {
	Environment string
	status
	Text     string   // what it does or waits for
	Arriving *release // on its way in
	Serving  *release // has (the rest of) the traffic
	Weight   int      // percent of the requests that Arriving gets
	Stage    int      // of Stages
	Stages   int
	Healthy  int // of Instances
	Copies   int
	URL      string
}

// release is a release as a person knows it.
type release struct {
	Name    string // short commit, or the release's identity
	Subject string
	Since   time.Time
}

// short is how many digits of a commit people are shown.
const short = 7

func cellOf(lane model.Lane) cell {
	c := cell{
		Environment: lane.Environment,
		status:      statusOf(lane.Status, lane.Current != nil),
		Text:        lane.Text,
	}
	if at := lane.Current; at != nil {
		c.Serving = &release{name(at.Commit, at.Release), at.Subject, at.CompletedAt}
	}
	if d := lane.Active; d != nil {
		c.Arriving = &release{name(d.Commit, d.Release), d.Subject, d.RequestedAt}
		c.Weight, c.Stage, c.Stages = d.Weight, d.Stage, d.Stages
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

func name(commit, release string) string {
	if len(commit) > short {
		return commit[:short]
	}
	if commit != "" {
		return commit
	}
	return release
}
