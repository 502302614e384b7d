package client

import (
	"context"

	"slipway.dev/client/model"
)

// QuietWindow proposes a window for an environment, from its hours of least traffic. The zone
// is an IANA name; "" is UTC.
func (c *Client) QuietWindow(ctx context.Context, environment, zone string) (model.QuietWindow, error) {
	return get[model.QuietWindow](ctx, c, with(path("v1", "environments", environment, "quiet-window"), map[string]string{"zone": zone}))
}
