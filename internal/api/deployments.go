package api

import (
	"context"

	"slipway.dev/client/model"
)

type laneID struct {
	Service     string `path:"service" maxLength:"63"`
	Environment string `path:"environment" maxLength:"63"`
}

type deploymentsIn struct {
	Service     string `query:"service" doc:"Only of this service"`
	Environment string `query:"environment" doc:"Only in this environment"`
	Limit       int    `query:"limit" minimum:"0" maximum:"1000"`
}

type body[T any] struct{ Body T }

func (d *door) system(ctx context.Context, _ *none) (model.System, error) { return d.System(ctx) }

func (d *door) lanes(ctx context.Context, _ *none) ([]model.Lane, error) { return d.Lanes(ctx) }

func (d *door) lane(ctx context.Context, in *laneID) (model.Lane, error) {
	return d.Lane(ctx, in.Service, in.Environment)
}

func (d *door) deployments(ctx context.Context, in *deploymentsIn) ([]model.Deployment, error) {
	return d.Deployments(ctx, model.DeploymentsQuery(*in))
}

func (d *door) deploy(ctx context.Context, in *body[model.DeployRequest]) (model.Receipt, error) {
	return d.Deploy(ctx, in.Body)
}

func (d *door) rollback(ctx context.Context, in *body[model.RollbackRequest]) (model.Receipt, error) {
	return d.Rollback(ctx, in.Body)
}

func (d *door) abort(ctx context.Context, in *body[model.AbortRequest]) (model.Receipt, error) {
	return d.Abort(ctx, in.Body)
}

func (d *door) settle(ctx context.Context, in *body[model.SettleRequest]) (model.Receipt, error) {
	return d.Settle(ctx, in.Body)
}
