package source

import (
	"context"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/gate"
)

// Contributors gives who wrote, helped to write or committed what is in to and not in from,
// of a source; see source.Mirror.
func (d *Driver) Contributors(ctx context.Context, source, from, to, path string) ([]gate.Contributor, error) {
	m, err := d.Mirror(source)
	if err != nil {
		return nil, err
	}
	list, err := m.Contributors(ctx, from, to, path)
	out := make([]gate.Contributor, len(list))
	for i, one := range list {
		out[i] = gate.Contributor(one)
	}
	return out, err
}

// mostCommits is how many Commits gives.
const mostCommits = 200

// Commits gives the commits of a source that are in to and not in from, newest first; more
// says that there are others. Both must be known: fault.NotFound if one is not.
func (d *Driver) Commits(ctx context.Context, source, from, to string) (list []model.PlanCommit, more bool, err error) {
	m, err := d.Mirror(source)
	if err != nil {
		return nil, false, err
	}
	commits, more, err := m.Since(ctx, from, to, mostCommits)
	for _, c := range commits {
		list = append(list, model.PlanCommit{ID: c.ID, Subject: c.Subject, Author: c.Author.Name, At: c.Committed})
	}
	return list, more, err
}
