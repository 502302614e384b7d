package app

import (
	"context"

	"slipway.dev/client/model"
	"slipway.dev/internal/control"
	"slipway.dev/internal/core/fault"
)

// unfinished stands in for what control is about to offer. It goes away with that.
type unfinished struct{ *control.Control }

var errUnfinished = fault.New(fault.Unavailable, "this control plane cannot tell that yet")

func (unfinished) Gates(context.Context) ([]model.Gate, error) { return nil, nil }
func (unfinished) Plan(context.Context, string, string, string) (model.Plan, error) {
	return model.Plan{}, errUnfinished
}
func (unfinished) Deployment(context.Context, string) (model.DeploymentDetail, error) {
	return model.DeploymentDetail{}, errUnfinished
}
func (unfinished) Decision(context.Context, string) (model.Envelope, error) {
	return model.Envelope{}, errUnfinished
}
func (unfinished) Promote(context.Context, model.PromoteRequest) (model.Receipt, error) {
	return model.Receipt{}, errUnfinished
}
func (unfinished) Glasses(context.Context) ([]model.Glass, error) { return nil, nil }
func (unfinished) ConfirmGlass(context.Context, string) (model.Receipt, error) {
	return model.Receipt{}, errUnfinished
}
func (unfinished) CloseGlass(context.Context, string, string) (model.Receipt, error) {
	return model.Receipt{}, errUnfinished
}
