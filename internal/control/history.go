package control

import (
	"cmp"
	"context"
	"slices"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/engine"
)

const defaultHistory = 50

// Deployments gives deployments, those that are under way too, latest first.
func (c *Control) Deployments(ctx context.Context, q model.DeploymentsQuery) ([]model.Deployment, error) {
	if _, err := may(ctx, access.Read); err != nil {
		return nil, err
	}
	lanes, err := c.lanes(ctx)
	if err != nil {
		return nil, err
	}
	names := c.subjects(ctx)
	list := []model.Deployment{}
	for _, s := range lanes {
		if (q.Service != "" && q.Service != s.Service) || (q.Environment != "" && q.Environment != s.Environment) {
			continue
		}
		for _, row := range s.Rows() {
			list = append(list, c.deploymentOf(s, row, names))
		}
	}
	slices.SortStableFunc(list, func(a, b model.Deployment) int {
		return cmp.Or(b.RequestedAt.Compare(a.RequestedAt), cmp.Compare(b.ID, a.ID))
	})
	if q.Limit <= 0 {
		q.Limit = defaultHistory
	}
	return list[:min(len(list), q.Limit)], nil
}

// lanes gives the states of all lanes.
func (c *Control) lanes(ctx context.Context) ([]deploy.State, error) {
	rows, err := c.Engine.List(ctx, "deploy/")
	if err != nil {
		return nil, err
	}
	list := make([]deploy.State, len(rows))
	for i, row := range rows {
		if list[i], _, err = engine.Load[deploy.State](ctx, c.Engine, row.ID); err != nil {
			return nil, err
		}
	}
	return list, nil
}
