package slo

import (
	"context"
	"slices"

	"slipway.dev/internal/core/escalate"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/slo"
	"slipway.dev/internal/engine"
)

// actor is who tells.
var actor = machine.System("slo")

// atOnce is how many machines are told in one submission.
const atOnce = 100

// remember reads what the machine of a history knows.
func (e *Evaluator) remember(ctx context.Context, h *history) error {
	s, _, err := engine.Load[slo.State](ctx, e.Engine, slo.MachineID(h.environment, h.flow.Name))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	h.state = s
	return nil
}

// gone gives what is to be told of flows that have a machine and no objectives any more.
func (e *Evaluator) gone(ctx context.Context) (out []told, err error) {
	rows, err := e.Engine.List(ctx, "slo/")
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		k := key{row.Summary.Labels["environment"], row.Summary.Labels["flow"]}
		if row.Status != slo.Removed && e.histories[k] == nil {
			out = append(out, told{Observed: slo.Observed{Flow: k.flow, Environment: k.environment, Removed: true}})
		}
	}
	return out, nil
}

// tell tells the machines what changed. One that does not take it does not keep the others
// from being told; the first such error is given, and the next look tells it again.
func (e *Evaluator) tell(ctx context.Context, all []told) error {
	var first error
	for chunk := range slices.Chunk(all, atOnce) {
		events := make([]engine.To, len(chunk))
		for i := range chunk {
			e.address(ctx, &chunk[i].Observed)
			events[i] = engine.To{Machine: slo.MachineID(chunk[i].Environment, chunk[i].Flow),
				Event: machine.Event{Type: slo.EventObserved, Actor: actor, Data: machine.Must(chunk[i].Observed)}}
		}
		_, err := e.Engine.Submit(ctx, events...)
		for i := 0; err != nil && i < len(events); i++ { // one by one, to know which
			if _, err := e.Engine.Submit(ctx, events[i]); err != nil && !fault.Is(err, fault.Refused) && first == nil {
				first = err
			}
		}
		for _, t := range chunk {
			if t.history == nil {
				continue
			}
			if err := e.remember(ctx, t.history); err != nil && first == nil {
				first = err
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return first
}

// address adds the way to people, where somebody must be told. A team whose way cannot be read
// has its members told: an alert is not lost because of that.
func (e *Evaluator) address(ctx context.Context, o *slo.Observed) {
	if !slices.ContainsFunc(o.Objectives, func(s slo.Seen) bool { return len(s.Firing) > 0 }) {
		return
	}
	way := escalate.Way{Steps: []escalate.Step{{Tell: []string{"role:operator"}}}}
	if o.Team != "" {
		var err error
		if way, err = e.Way(ctx, o.Team); err != nil {
			e.Log.Warn("the escalation path of a team cannot be read; its members are told", "team", o.Team, "err", err)
			way = escalate.Of(o.Team, manifest.Escalation{})
		}
	}
	o.Steps, o.Repeat = way.Steps, way.Repeat
}
