package api

import (
	"context"

	"slipway.dev/client/model"
)

type trainID struct {
	Train string `path:"train" maxLength:"120"`
}

type trainIn struct {
	Train string `path:"train" maxLength:"120"`
	Body  model.TrainCommand
}

func (d *door) trains(ctx context.Context, _ *none) ([]model.Train, error) { return d.Trains(ctx) }

func (d *door) train(ctx context.Context, in *trainID) (model.Train, error) {
	return d.Train(ctx, in.Train)
}

func (d *door) createTrain(ctx context.Context, in *body[model.TrainRequest]) (model.Train, error) {
	return d.CreateTrain(ctx, in.Body)
}

func (d *door) abortTrain(ctx context.Context, in *trainIn) (model.Receipt, error) {
	return d.AbortTrain(ctx, in.Train, in.Body)
}

func (d *door) rollbackTrain(ctx context.Context, in *trainIn) (model.Receipt, error) {
	return d.RollbackTrain(ctx, in.Train, in.Body)
}

func (d *door) acceptTrain(ctx context.Context, in *trainIn) (model.Receipt, error) {
	return d.AcceptTrain(ctx, in.Train, in.Body)
}
