package app

import (
	"context"
	"time"

	"slipway.dev/internal/control"
	"slipway.dev/internal/core/cost"
	"slipway.dev/internal/core/escalate"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/maintenance"
	"slipway.dev/internal/core/manifest"
	corepillars "slipway.dev/internal/core/pillars"
	"slipway.dev/internal/drive/metrics"
	"slipway.dev/internal/drive/pillars"
	"slipway.dev/internal/drive/slo"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/wire/edgewire"
)

// openFlows registers what knows how business flows do.
func (h *house) openFlows() {
	slo.Register(h.engine)
	h.objectives = slo.New(slo.Deps{
		Engine: h.engine, Flows: h.catalog.Flows, Environments: h.environments, Source: h.figures, Way: h.way, Log: h.Log,
	})
	h.openFigures()
}

// runFlows looks at flows and canaries, and tells the edge which flows there are.
func (h *house) runFlows() {
	h.beside(func() { h.judge.Run(h.ctx, judgeEvery) })
	h.beside(func() { h.catalog.Follow(h.ctx, h.flowsChanged) })
	h.beside(func() { h.collector.Run(h.ctx) })
	h.beside(func() { h.objectives.Run(h.ctx) })
}

// judgeEvery is how often the judge looks at a canary.
const judgeEvery = time.Second

// flowsChanged has the edge know the flows as they are now.
func (h *house) flowsChanged() {
	if err := h.router.Nudge(h.ctx); err != nil && h.ctx.Err() == nil {
		h.Log.Warn("the edge does not know the flows as they are now; it is told with the next change of a route", "err", err)
	}
}

// edgeFlows gives what the edge must know of flows.
func (h *house) edgeFlows(ctx context.Context) ([]edgewire.Flow, error) {
	flows, err := h.catalog.Flows(ctx)
	if err != nil {
		return nil, err
	}
	var out []edgewire.Flow
	for _, f := range flows {
		wire := edgewire.Flow{Name: f.Name, Bounds: f.Bounds()}
		for _, s := range f.Steps {
			if s.Request != "" && s.Service != "" {
				wire.Steps = append(wire.Steps, edgewire.FlowStep{Name: s.Name, Service: s.Service, Request: s.Request})
			}
		}
		if len(wire.Steps) > 0 {
			out = append(out, wire)
		}
	}
	return out, nil
}

// way gives the escalation path of a team; of one that is not declared, one to its members.
func (h *house) way(ctx context.Context, team string) (escalate.Way, error) {
	r, ok, err := h.catalog.Resource(ctx, manifest.KindTeam, team)
	if err != nil || !ok {
		return escalate.Of(team, manifest.Escalation{}), err
	}
	spec, err := r.TeamSpec()
	return escalate.Of(team, spec.Escalation), err
}

// targets gives all targets of a flow with what was seen of them in an environment.
func (h *house) targets(ctx context.Context, f flow.Flow, environment string) ([]corepillars.Row, error) {
	return pillars.Looker{Deps: pillars.Deps{
		Engine: h.engine, Now: h.engine.Now, Source: h.figures, Cost: h.cost,
		Maintenance: func(ctx context.Context) ([]maintenance.State, error) {
			return engine.All[maintenance.State](ctx, h.engine, maintenance.MachineID(""))
		},
		Objectives: func(environment, flow string) (list []corepillars.Objective) {
			for _, s := range h.objectives.Statuses() {
				if s.Environment == environment && s.Flow == flow {
					list = append(list, corepillars.Objective{Name: s.Name, Status: s.Status})
				}
			}
			return list
		},
	}}.Rows(ctx, f, environment)
}

// cost gives what a flow costs in an environment, and the currency, also if the figures are not
// to be had; none: there are no prices.
func (h *house) cost(ctx context.Context, environment string, f flow.Flow, from, to time.Time) (cost.FlowCost, string, error) {
	r, ok, err := h.catalog.Resource(ctx, manifest.KindEnvironment, environment)
	if err != nil || !ok {
		return cost.FlowCost{}, "", err
	}
	env, err := r.Environment()
	if err != nil {
		return cost.FlowCost{}, "", err
	}
	prices, err := cost.PricesOf(env.Prices)
	if err != nil || !prices.Set() {
		return cost.FlowCost{}, "", err
	}
	source, err := h.figures(ctx, environment)
	if err != nil {
		return cost.FlowCost{}, prices.Currency, err
	}
	costs, err := metrics.CostsOf(ctx, source, prices, environment, []flow.Flow{f}, from, to)
	if err != nil {
		return cost.FlowCost{}, prices.Currency, err
	}
	return costs[0], prices.Currency, nil
}

// measured gives how all objectives stood at the last look.
func (h *house) measured() []control.Measured {
	var list []control.Measured
	for _, s := range h.objectives.Statuses() {
		list = append(list, control.Measured{Objective: s.Objective, Status: s.Status, Since: s.Since, Alert: string(s.Alert), Task: s.Task})
	}
	return list
}
