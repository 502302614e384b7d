package control

import (
	"context"
	"io"

	"slipway.dev/internal/core/access"
)

// Metrics writes all current figures in the text format of Prometheus.
func (c *Control) Metrics(ctx context.Context, w io.Writer) error {
	if _, err := c.may(ctx, access.Read, access.Scope{}); err != nil {
		return err
	}
	return c.Exposition(ctx, w)
}
