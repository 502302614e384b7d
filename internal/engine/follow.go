package engine

import (
	"context"
	"time"
)

// Follow calls begin, and then seen for every machine that makes a step, in order, until ctx
// ends. If the journal cannot be read that is logged, and it begins anew where it was; without
// says what there is not meanwhile.
func (e *Engine) Follow(ctx context.Context, without string, begin func(), seen func(machine string)) {
	position, err := e.Await(ctx, -1)
	if err != nil {
		return
	}
	for {
		begin()
		for entry, err := range e.Watch(ctx, position) {
			if err != nil {
				if ctx.Err() == nil {
					e.log.Warn("the journal cannot be followed; "+without+" until it can", "err", err)
				}
				break
			}
			position = entry.Seq
			seen(entry.Machine)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}
