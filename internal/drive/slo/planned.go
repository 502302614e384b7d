package slo

import (
	"context"
	"maps"

	"slipway.dev/internal/core/maintenance"
	"slipway.dev/internal/engine"
)

// plannedAt is planned work as it was at a step of its machine.
type plannedAt struct {
	step  int64
	state maintenance.State
}

// maintenance gives all planned work. What did not change since the last look is not read
// again.
func (e *Evaluator) maintenance(ctx context.Context) ([]maintenance.State, error) {
	rows, err := e.Engine.List(ctx, "maintenance/")
	if err != nil {
		return nil, err
	}
	now := make(map[string]plannedAt, len(rows))
	list := make([]maintenance.State, 0, len(rows))
	for _, row := range rows {
		p := e.planned[row.ID]
		if p.step != row.Step {
			if p.state, p.step, err = engine.Load[maintenance.State](ctx, e.Engine, row.ID); err != nil {
				return nil, err
			}
		}
		now[row.ID] = p
		list = append(list, p.state)
	}
	clear(e.planned)
	maps.Copy(e.planned, now)
	return list, nil
}
