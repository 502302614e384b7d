package api

import (
	"context"

	"slipway.dev/client/model"
)

type quietIn struct {
	Environment string `path:"environment" maxLength:"63"`
	Zone        string `query:"zone" maxLength:"60" doc:"IANA time zone of the window; without it UTC"`
}

func (d *door) quietWindow(ctx context.Context, in *quietIn) (model.QuietWindow, error) {
	return d.QuietWindow(ctx, in.Environment, in.Zone)
}
