package control

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/slo"
	"slipway.dev/internal/metrics"
)

// Figures answers for what was counted in all environments: also where a metrics server is asked
// for objectives, what the edge counts is kept here too.
type Figures interface {
	Range(ctx context.Context, q metrics.Query) ([]metrics.Row, error)
}

// Measured is how an objective stood when it was last looked at.
type Measured struct {
	slo.Objective
	slo.Status
	Since time.Time // it has had this state
	Alert string    // severity of the alert that fires; empty: none
	Task  string    // of the alert
}

// Objectives lists service level objectives and how they stand, by flow and environment: those
// that the caller may read of.
func (c *Control) Objectives(ctx context.Context, q model.ObjectivesQuery) ([]model.Objective, error) {
	if _, err := c.may(ctx, access.Read, access.Scope{Environment: q.Environment}); err != nil {
		return nil, err
	}
	see, err := c.sees(ctx)
	if err != nil {
		return nil, err
	}
	k, err := c.Catalog.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	list := []model.Objective{}
	for _, m := range c.Measured() {
		if q.Flow != "" && q.Flow != m.Flow || q.Environment != "" && q.Environment != m.Environment {
			continue
		}
		if f, _ := k.Flow(m.Flow); see.of(f.Team, m.Environment) {
			list = append(list, objectiveOf(m))
		}
	}
	slices.SortStableFunc(list, func(a, b model.Objective) int {
		return cmp.Or(cmp.Compare(a.Flow, b.Flow), cmp.Compare(a.Environment, b.Environment))
	})
	return list, nil
}

func objectiveOf(m Measured) model.Objective {
	o := model.Objective{
		Flow: m.Flow, Environment: m.Environment, Name: m.Name, Target: m.Target, BoundMillis: float64(m.Bound) / float64(time.Millisecond),
		WindowHours: m.Window.Hours(), State: string(m.State), Requests: m.Total, KnownShare: m.Known, Reason: strings.TrimPrefix(slo.Of(m.Objective, m.Status).Text(), m.Name+": "),
		Since: m.Since, Alert: m.Alert, Task: m.Task,
	}
	if m.Total > 0 {
		o.Measured = &m.Status.Measured
	}
	if m.State != slo.Unknown {
		o.Budget = &m.Budget
	}
	for _, b := range m.Burn {
		o.Burn = append(o.Burn, model.Burn{LongMinutes: b.Long.Minutes(), ShortMinutes: b.Short.Minutes(), Factor: b.Factor,
			LongRate: b.LongRate, ShortRate: b.ShortRate, Firing: b.Firing, Severity: string(b.Severity)})
	}
	return o
}
