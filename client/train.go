package client

import (
	"context"

	"slipway.dev/client/model"
)

// Trains lists all trains, latest first.
func (c *Client) Trains(ctx context.Context) ([]model.Train, error) {
	return get[[]model.Train](ctx, c, "/v1/trains")
}

// Train tells about one train.
func (c *Client) Train(ctx context.Context, id string) (model.Train, error) {
	return get[model.Train](ctx, c, path("v1", "trains", id))
}

// CreateTrain asks for several services to go into an environment together.
func (c *Client) CreateTrain(ctx context.Context, r model.TrainRequest) (model.Train, error) {
	return call[model.Train](ctx, c, "POST", "/v1/trains", r)
}

// AbortTrain stops a train; what went in goes back.
func (c *Client) AbortTrain(ctx context.Context, id, reason string) (model.Receipt, error) {
	return c.train(ctx, id, "abort", reason)
}

// RollbackTrain has all members of a train go back.
func (c *Client) RollbackTrain(ctx context.Context, id, reason string) (model.Receipt, error) {
	return c.train(ctx, id, "rollback", reason)
}

// AcceptTrain takes a held train as it stands.
func (c *Client) AcceptTrain(ctx context.Context, id, reason string) (model.Receipt, error) {
	return c.train(ctx, id, "accept", reason)
}

func (c *Client) train(ctx context.Context, id, verb, reason string) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", path("v1", "trains", id, verb), model.TrainCommand{Reason: reason})
}
