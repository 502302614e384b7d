package control

import (
	"context"
	"io"

	"slipway.dev/internal/core/fault"
)

// Metrics writes all current figures in the text format of Prometheus. They are of all teams
// and environments, and so is who may have them.
func (c *Control) Metrics(ctx context.Context, w io.Writer) error {
	see, err := c.sees(ctx)
	if err != nil {
		return err
	}
	if !see.everything {
		return fault.New(fault.Denied, "%s may read a part only, and these figures are of all teams and environments", see.caller.Actor).
			WithHint("take a token whose owner is a viewer of everything: slipway user grant PERSON viewer, without a team or an environment")
	}
	return c.Exposition(ctx, w)
}
