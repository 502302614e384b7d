package gate

import (
	"context"
	"log/slog"
	"time"

	"slipway.dev/internal/engine"
)

// follow calls begin, and then seen for every machine that makes a step, in order, until ctx
// ends. If the journal cannot be read that is logged, and it begins anew where it was; without
// says what there is not meanwhile.
func follow(ctx context.Context, e *engine.Engine, log *slog.Logger, without string, begin func(), seen func(id string)) {
	position, err := e.Await(ctx, -1)
	if err != nil {
		return
	}
	for {
		begin()
		for entry, err := range e.Watch(ctx, position) {
			if err != nil {
				if ctx.Err() == nil {
					log.Warn("the journal cannot be followed; "+without+" until it can", "err", err)
				}
				break
			}
			position = entry.Seq
			seen(entry.Machine)
		}
		if !pause(ctx, time.Second) {
			return
		}
	}
}

// pause waits, and says whether to go on.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
