package gate

import (
	"context"
	"fmt"
	"math"
	"slices"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/gate/expr"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/slo"
)

// budgets finds how the flows stand that the service takes part in here, if anything at this
// door asks for it.
func (g *gathering) budgets(ctx context.Context) error {
	if !g.flows {
		return nil
	}
	flows, known := g.serves(ctx)
	if !known {
		return nil
	}
	seen := make([]expr.Flow, 0, len(flows))
	for _, f := range flows {
		s, ok, err := look[slo.State](ctx, g, slo.MachineID(g.Environment, f.Name))
		if err != nil {
			return err
		}
		objectives := slo.Objectives(f)
		for _, o := range objectives {
			g.entrant.Facts.Budgets = append(g.entrant.Facts.Budgets, g.budget(f, o, s, ok))
		}
		seen = append(seen, flowOf(f, s, len(objectives)))
	}
	g.entrant.Facts.Extra = map[string]any{expr.Flows: expr.FlowsOf(seen)}
	return nil
}

// serves gives the service's flows; that they cannot be told is a fact.
func (g *gathering) serves(ctx context.Context) (flows []flow.Flow, known bool) {
	flows, err := g.flowsOf(ctx)
	if err != nil {
		g.entrant.Facts.BudgetsUnknown, g.entrant.Again = err.Error(), true
	}
	return flows, err == nil
}

// flowsOf gives the service's flows, and holds the decision to them. Which they are is known
// only once they were read; they are read again behind their guards.
func (g *gathering) flowsOf(ctx context.Context) ([]flow.Flow, error) {
	if g.FlowsOf == nil {
		return nil, fault.New(fault.Unavailable, "flows are not known here")
	}
	flows, err := g.FlowsOf(ctx, g.Service)
	if err != nil || len(flows) == 0 {
		return nil, err
	}
	for _, f := range flows {
		id := config.ResourceID(manifest.KindFlow, f.Name)
		_, step, err := of[config.ResourceState](ctx, &g.cache, id)
		if err != nil {
			return nil, err
		}
		g.guard(machine.Guard{Machine: id, Step: step})
	}
	return g.FlowsOf(ctx, g.Service)
}

// budget says how one objective of a flow stands. What was seen of another target, before the
// flow was changed, says nothing.
func (g *gathering) budget(f flow.Flow, o slo.Objective, s slo.State, there bool) gate.Budget {
	b := gate.Budget{Flow: f.Name, Objective: o.Name, Criticality: string(f.Criticality), Team: f.Escalation(), State: gate.BudgetUnknown,
		Left: math.NaN(), Window: o.Window}
	if there {
		b.Digest = digestOf(s)
	}
	i := slices.IndexFunc(s.Objectives, func(x slo.Standing) bool {
		return x.Name == o.Name && x.Target == o.Target && x.Bound == o.Bound && x.Window == o.Window
	})
	if i >= 0 && !s.Removed {
		standing(&b, s.Objectives[i])
	} else {
		b.Text = "it was not looked at yet, which takes a minute or two"
	}
	if b.State == gate.BudgetUnknown && !b.Few && g.lane.Current == nil {
		// What is measured in the service's own metrics is known only once it runs: its first
		// release here would wait for itself.
		b.Few, b.Text = true, "nothing of "+g.Service+" runs in "+g.Environment+" yet"
	}
	return b
}

// standing puts in what was seen of an objective.
func standing(b *gate.Budget, o slo.Standing) {
	b.State, b.Since = string(o.State), o.Since
	switch {
	case o.Reason == slo.NotEnough:
		b.Few, b.Text = true, fmt.Sprintf("there were too few requests in %s", b.Window)
	case o.State == slo.Unknown:
		b.Text = "it is not measured: no figures come, or too few of them"
	default:
		b.Left = o.Budget
		b.Text = fmt.Sprintf("%.4g%% were good, %.6g%% are wanted", o.Measured*100, o.Target*100)
	}
	if o.State == slo.Burning && len(o.Firing) > 0 {
		b.Text = fmt.Sprintf("%.3g times too fast over %s", o.Firing[0].Rate, o.Firing[0].Long)
	}
}

// flowOf is a flow as rules see it.
func flowOf(f flow.Flow, s slo.State, objectives int) expr.Flow {
	out := expr.Flow{Name: f.Name, Criticality: string(f.Criticality), Team: f.Escalation(), Process: string(f.Spec.Process), State: string(slo.Unknown)}
	if objectives == 0 {
		out.State = "none"
		return out
	}
	if worst, ok := s.Worst(); ok {
		out.State = string(worst.State)
		if worst.State != slo.Unknown {
			out.Budget, out.Measured = &worst.Budget, &worst.Measured
		}
	}
	return out
}
