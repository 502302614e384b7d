package control

import (
	"cmp"
	"context"
	"slices"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/release"
)

// withPending adds what should be in a lane and is not: the newest release of each service, in
// the environments that take releases by themselves, if it has no artifact or may not go in.
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
			if newest[l.Service], err = c.newest(ctx, l.Service); err != nil {
				return nil, err
			}
		}
		if r := newest[l.Service]; r != nil && (r.Artifact == "" || r.Problems[l.Environment] != "" && !knows(l, r.ID)) {
			lanes[i].Pending = r
		}
	}
	return lanes, nil
}

// knows says of a release that it has got into a lane: what stood in its way is over then.
func knows(l model.Lane, release string) bool {
	return l.Active != nil && l.Active.Release == release || l.Current != nil && l.Current.Release == release ||
		slices.ContainsFunc(l.Kept, func(p model.Placed) bool { return p.Release == release })
}

// newest gives the newest release of a service that goes where it may by itself.
func (c *Control) newest(ctx context.Context, service string) (*model.Release, error) {
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
		if s.To == "" {
			r := releaseOf(s)
			return &r, nil
		}
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
