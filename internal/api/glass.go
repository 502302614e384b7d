package api

import (
	"context"

	"slipway.dev/client/model"
)

type glassID struct {
	Glass string `path:"glass" maxLength:"200"`
}

type closeGlassIn struct {
	Glass string `path:"glass" maxLength:"200"`
	Body  model.GlassClose
}

func (d *door) glasses(ctx context.Context, _ *none) ([]model.Glass, error) { return d.Glasses(ctx) }

func (d *door) breakGlass(ctx context.Context, in *body[model.GlassRequest]) (model.Receipt, error) {
	return d.BreakGlass(ctx, in.Body)
}

func (d *door) confirmGlass(ctx context.Context, in *glassID) (model.Receipt, error) {
	return d.ConfirmGlass(ctx, in.Glass)
}

func (d *door) closeGlass(ctx context.Context, in *closeGlassIn) (model.Receipt, error) {
	return d.CloseGlass(ctx, in.Glass, in.Body)
}
