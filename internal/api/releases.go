package api

import (
	"context"

	"slipway.dev/client/model"
)

type releasesIn struct {
	Service string `path:"service" maxLength:"63"`
	Limit   int    `query:"limit" minimum:"0" maximum:"1000"`
}

type releaseID struct {
	Service string `path:"service" maxLength:"63"`
	Release string `path:"release" maxLength:"128"`
}

func (d *door) releases(ctx context.Context, in *releasesIn) ([]model.Release, error) {
	return d.Releases(ctx, in.Service, in.Limit)
}

func (d *door) release(ctx context.Context, in *releaseID) (model.Release, error) {
	return d.Release(ctx, in.Service, in.Release)
}

func (d *door) retryBuild(ctx context.Context, in *releaseID) (model.Receipt, error) {
	return d.RetryBuild(ctx, in.Service, in.Release)
}

func (d *door) cancelBuild(ctx context.Context, in *releaseID) (model.Receipt, error) {
	return d.CancelBuild(ctx, in.Service, in.Release)
}
