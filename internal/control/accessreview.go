package control

import (
	"context"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
)

// StartAccessReview asks now, for each team and environment that roles are bound to, whether
// people still need what they may. It is asked every 90 days by itself.
func (c *Control) StartAccessReview(ctx context.Context) (model.AccessReview, error) {
	actor, err := c.may(ctx, access.People, access.Scope{})
	if err != nil {
		return model.AccessReview{}, err
	}
	r, err := c.People.Rights(ctx, actor, access.EventReviewStarted, nil)
	if err != nil {
		return model.AccessReview{}, err
	}
	s, err := c.People.Bindings(ctx)
	return model.AccessReview{Position: r.Position, Tasks: s.ReviewTasks(s.ReviewedAt)}, err
}
