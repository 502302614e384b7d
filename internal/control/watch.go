package control

import (
	"context"
	"fmt"
	"strings"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

// Watch brings what happens after a position, until ctx ends. After a negative position it
// begins with what comes next.
func (c *Control) Watch(ctx context.Context, after int64, f func(model.Happening) error) error {
	if _, err := may(ctx, access.Read); err != nil {
		return err
	}
	if after < 0 {
		head, err := c.Journal.Head(ctx)
		if err != nil {
			return err
		}
		after = head
	}
	for {
		entries, err := c.Engine.Journal(ctx, after, store.JournalFilter{Limit: 500})
		if err != nil {
			return err
		}
		for _, e := range entries {
			after = e.Seq
			if err := f(c.happening(ctx, e)); err != nil {
				return err
			}
		}
		if len(entries) == 0 {
			if _, err := c.Engine.Await(ctx, after); err != nil {
				return err
			}
		}
	}
}

// happening puts an entry into one line for a person.
func (c *Control) happening(ctx context.Context, e store.Entry) model.Happening {
	h := model.Happening{Position: e.Seq, At: e.At, Actor: e.Actor.String(), Machine: e.Machine, Type: e.Type}
	if lane, ok := strings.CutPrefix(e.Machine, "deploy/"); ok {
		if s, _, err := engine.Load[deploy.State](ctx, c.Engine, e.Machine); err == nil {
			st := s.Status()
			h.Status, h.Text = st.Word, fmt.Sprintf("%s: %s", lane, st.Text)
			return h
		}
	}
	h.Text = e.Type + " " + e.Machine
	return h
}
