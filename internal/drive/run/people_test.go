package run

import (
	"context"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/engine"
)

// effectNothing tells nobody anything.
var effectNothing = engine.EffectFunc(func(context.Context, engine.EffectCall) (machine.Value, error) { return nil, nil })

// taskFacts has every person be in every group.
func taskFacts(ctx context.Context, r engine.Reader, e machine.Event) (machine.Value, error) {
	if e.Type != task.EventAnswered {
		return nil, nil
	}
	s, _, err := engine.Load[task.State](ctx, r, engine.Subject(ctx))
	return machine.Must(task.Facts{Person: e.Actor.Name, Groups: s.From}), err
}
