package engine

import (
	"context"
	"time"
)

// chunk is how much housekeeping is done in one transaction, so that it never holds up
// the writer for long.
const chunk = 500

// housekeep erases old journal data, collects blobs and signs the journal's end.
func (e *Engine) housekeep(ctx context.Context) {
	for {
		if err := e.tidy(ctx); err != nil && ctx.Err() == nil {
			e.log.Error("housekeeping failed; it is tried again", "error", err)
		}
		select {
		case <-e.opts.Clock.After(e.opts.Housekeeping):
		case <-ctx.Done():
			return
		}
	}
}

func (e *Engine) tidy(ctx context.Context) error {
	if e.opts.Sign != nil {
		if err := e.store.Checkpoint(ctx, e.clock.now(), e.opts.Sign); err != nil {
			return err
		}
	}
	if e.opts.Retention > 0 {
		before := e.clock.now().Add(-e.opts.Retention)
		if err := untilLess(ctx, func() (int, error) { return e.store.EraseBefore(ctx, before, chunk) }); err != nil {
			return err
		}
	}
	return untilLess(ctx, func() (int, error) { return e.store.CollectBlobs(ctx, chunk) })
}

// untilLess repeats f until it does less than a whole chunk, and leaves room between.
func untilLess(ctx context.Context, f func() (int, error)) error {
	for {
		n, err := f()
		if err != nil || n < chunk {
			return err
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
