package control

import (
	"cmp"
	"context"
	"slices"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/engine"
)

const defaultHistory = 50

// Deployments gives deployments, those that are under way or wait too, latest first.
func (c *Control) Deployments(ctx context.Context, q model.DeploymentsQuery) ([]model.Deployment, error) {
	see, err := c.sees(ctx)
	if err != nil {
		return nil, err
	}
	if q.Limit <= 0 {
		q.Limit = defaultHistory
	}
	names := c.subjects(ctx)
	// Those under way first: one that ends meanwhile is then there twice rather than not at all.
	all, err := c.underWay(ctx, q, names)
	if err != nil {
		return nil, err
	}
	ended, err := c.Ended(ctx, q)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	list := []model.Deployment{}
	add := func(d model.Deployment) {
		if !seen[d.ID] && see.of(names.team(d.Service), d.Environment) {
			seen[d.ID] = true
			list = append(list, d)
		}
	}
	for _, d := range ended {
		add(c.deploymentOf(d, names))
	}
	for _, d := range all {
		add(d)
	}
	slices.SortStableFunc(list, func(a, b model.Deployment) int {
		return cmp.Or(b.RequestedAt.Compare(a.RequestedAt), cmp.Compare(b.ID, a.ID))
	})
	return list[:min(len(list), q.Limit)], nil
}

// underWay gives deployments that have not ended.
func (c *Control) underWay(ctx context.Context, q model.DeploymentsQuery, names subjects) ([]model.Deployment, error) {
	lanes, err := c.lanes(ctx)
	if err != nil {
		return nil, err
	}
	var list []model.Deployment
	for _, s := range lanes {
		if (q.Service != "" && q.Service != s.Service) || (q.Environment != "" && q.Environment != s.Environment) {
			continue
		}
		for _, row := range s.Rows()[:len(s.Rows())-len(s.History)] {
			if s.Active != nil && s.Active.Deployment == row.Deployment {
				list = append(list, c.activeOf(s, names))
				continue
			}
			list = append(list, c.deploymentOf(deploy.Ended{Service: s.Service, Environment: s.Environment, Row: row}, names))
		}
	}
	return list, nil
}

// lanes gives the states of all lanes.
func (c *Control) lanes(ctx context.Context) ([]deploy.State, error) {
	return engine.All[deploy.State](ctx, c.Engine, "deploy/")
}
