package client

import (
	"context"

	"slipway.dev/client/model"
)

// Glasses lists the last break-glass of each target.
func (c *Client) Glasses(ctx context.Context) ([]model.Glass, error) {
	return get[[]model.Glass](ctx, c, "/v1/glass")
}

// BreakGlass asks for an emergency way.
func (c *Client) BreakGlass(ctx context.Context, r model.GlassRequest) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", "/v1/glass", r)
}

// ConfirmGlass is the second person's consent.
func (c *Client) ConfirmGlass(ctx context.Context, id string) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", path("v1", "glass", id, "confirm"), nil)
}

// CloseGlass ends a break-glass early.
func (c *Client) CloseGlass(ctx context.Context, id, reason string) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", path("v1", "glass", id, "close"), model.GlassClose{Reason: reason})
}
