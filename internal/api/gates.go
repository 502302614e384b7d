package api

import (
	"context"
	"time"

	"slipway.dev/client/model"
)

type gateIn struct {
	Service     string    `path:"service" maxLength:"63"`
	Environment string    `path:"environment" maxLength:"63"`
	Release     string    `query:"release" maxLength:"128" doc:"What would enter; without it the one that waits, or would come next"`
	At          time.Time `query:"at" doc:"As it would stand then"`
	With        []string  `query:"with,explode" maxItems:"50" doc:"What if: approval=NAME"`
	Expedite    bool      `query:"expedite" doc:"As a hotfix"`
}

type planIn struct {
	Service     string `path:"service" maxLength:"63"`
	Environment string `path:"environment" maxLength:"63"`
	Release     string `query:"release" maxLength:"128"`
}

type deploymentID struct {
	Deployment string `path:"deployment" maxLength:"160"`
}

type revokeIn struct {
	Service string `path:"service" maxLength:"63"`
	Release string `path:"release" maxLength:"128"`
	Body    model.RevokeRequest
}

func (d *door) gates(ctx context.Context, _ *none) ([]model.Gate, error) { return d.Gates(ctx) }

func (d *door) gate(ctx context.Context, in *gateIn) (model.Gate, error) {
	return d.Gate(ctx, model.GateQuery(*in))
}

func (d *door) plan(ctx context.Context, in *planIn) (model.Plan, error) {
	return d.Plan(ctx, in.Service, in.Environment, in.Release)
}

func (d *door) deployment(ctx context.Context, in *deploymentID) (model.DeploymentDetail, error) {
	return d.Deployment(ctx, in.Deployment)
}

func (d *door) decision(ctx context.Context, in *deploymentID) (model.Envelope, error) {
	return d.Decision(ctx, in.Deployment)
}

func (d *door) promote(ctx context.Context, in *body[model.PromoteRequest]) (model.Receipt, error) {
	return d.Promote(ctx, in.Body)
}

func (d *door) revokeRelease(ctx context.Context, in *revokeIn) (model.Receipt, error) {
	return d.RevokeRelease(ctx, in.Service, in.Release, in.Body)
}
