package control

import (
	"cmp"
	"context"
	"slices"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/release"
)

// withPending adds what is on its way to lanes but has no artifact yet: the newest release of
// each service, in the environments that take releases by themselves.
func (c *Control) withPending(ctx context.Context, lanes []model.Lane) ([]model.Lane, error) {
	first, err := c.firstEnvironments(ctx)
	if err != nil {
		return nil, err
	}
	newest := map[string]*model.Release{}
	for i, l := range lanes {
		if !slices.Contains(first, l.Environment) {
			continue
		}
		if _, known := newest[l.Service]; !known {
			if newest[l.Service], err = c.unbuilt(ctx, l.Service); err != nil {
				return nil, err
			}
		}
		lanes[i].Pending = newest[l.Service]
	}
	return lanes, nil
}

// unbuilt gives the newest release of a service that goes where it may by itself, if that
// has no artifact yet.
func (c *Control) unbuilt(ctx context.Context, service string) (*model.Release, error) {
	rows, err := c.Engine.List(ctx, release.MachineID(service, ""))
	if err != nil {
		return nil, err
	}
	latestFirst(rows)
	for _, row := range rows {
		s, err := c.loadRelease(ctx, row)
		if err != nil {
			return nil, err
		}
		if s.To != "" {
			continue
		}
		if s.Artifact.Digest != "" {
			break
		}
		r := releaseOf(s)
		return &r, nil
	}
	return nil, nil
}

// undeployed adds a line for each service that is in no lane, so that nobody has to look for it.
func (c *Control) undeployed(ctx context.Context, lanes []model.Lane) ([]model.Lane, error) {
	owned, err := c.Owned(ctx)
	if err != nil {
		return nil, err
	}
	first, err := c.firstEnvironments(ctx)
	if err != nil {
		return nil, err
	}
	for _, o := range owned {
		has := func(l model.Lane) bool { return l.Service == o.Name }
		if o.Kind != manifest.KindService || slices.ContainsFunc(lanes, has) {
			continue
		}
		for _, env := range first {
			lanes = append(lanes, model.Lane{Service: o.Name, Environment: env, Team: o.Team, Status: "empty", Text: "nothing is deployed"})
		}
		if len(first) == 0 {
			lanes = append(lanes, model.Lane{Service: o.Name, Team: o.Team, Status: "empty", Text: "there is no environment to go to: slipway apply one"})
		}
	}
	slices.SortStableFunc(lanes, func(a, b model.Lane) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Environment, b.Environment))
	})
	return lanes, nil
}

// firstEnvironments are those that take releases by themselves.
func (c *Control) firstEnvironments(ctx context.Context) ([]string, error) {
	owned, err := c.Owned(ctx)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, o := range owned {
		if o.Kind != manifest.KindEnvironment {
			continue
		}
		spec, err := o.Environment()
		if err != nil {
			return nil, err
		}
		if spec.After == "" {
			list = append(list, o.Name)
		}
	}
	return list, nil
}
