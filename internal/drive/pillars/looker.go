// Package pillars gathers what was seen of a flow in an environment, so that core/pillars can
// hold it against the flow's targets.
package pillars

import (
	"context"
	"math"
	"time"

	"slipway.dev/internal/core/cost"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/maintenance"
	"slipway.dev/internal/core/pillars"
	"slipway.dev/internal/core/slo"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/metrics"
)

// Looked is the time over which requests and costs are looked at.
const Looked = 24 * time.Hour

// patience is how long one waits for all figures of a flow in an environment.
const patience = 10 * time.Second

// Deps are what a looker needs.
type Deps struct {
	Engine engine.Reader
	Now    func() time.Time
	// Source gives where an environment's figures are.
	Source func(ctx context.Context, environment string) (metrics.Source, error)
	// Objectives gives how those of a flow in an environment stand.
	Objectives func(environment, flow string) []pillars.Objective
	// Cost gives what a flow costs in a span, and the currency, also with an error; none: there
	// are no prices.
	Cost func(ctx context.Context, environment string, f flow.Flow, from, to time.Time) (c cost.FlowCost, currency string, err error)
	// Maintenance gives all planned work.
	Maintenance func(ctx context.Context) ([]maintenance.State, error)
}

// Looker looks at one flow at a time.
type Looker struct{ Deps }

// Rows gives all targets of a flow with what was seen of them in an environment. What cannot
// be read is unknown; the error is of what should always be there.
func (l Looker) Rows(ctx context.Context, f flow.Flow, environment string) ([]pillars.Row, error) {
	now := l.Now().UTC().Truncate(time.Minute)
	seen := pillars.None(environment, Looked)
	seen.Objectives = l.Objectives(environment, f.Name)
	if err := l.operations(ctx, f, &seen, now); err != nil {
		return nil, err
	}
	source, err := l.Source(ctx, environment)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	a := asker{ctx: ctx, source: source, environment: environment, now: now}
	a.requests(f, &seen)
	if span := a.known(); span > 0 {
		seen.Span = span
	}
	c, currency, err := l.Cost(ctx, environment, f, now.Add(-max(a.known(), grain)), now)
	seen.Currency = currency
	if a.err == nil {
		seen.Cost, a.err = &c, err
	}
	if a.err != nil && !fault.Is(a.err, fault.Unavailable) {
		return nil, a.err
	}
	if a.err != nil {
		seen.Cost = nil
	}
	return pillars.Rows(f, seen), nil
}

// operations sees what is remembered of alerts and planned work.
func (l Looker) operations(ctx context.Context, f flow.Flow, seen *pillars.Seen, now time.Time) error {
	s, _, err := engine.Load[slo.State](ctx, l.Engine, slo.MachineID(seen.Environment, f.Name))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err == nil {
		seen.Recovery, seen.Failures = s.Recovery(now.Add(-pillars.Run), now)
	}
	works, err := l.Maintenance(ctx)
	if err != nil {
		return err
	}
	seen.Works, seen.Late = 0, 0
	for _, w := range works {
		if w.Status == maintenance.Called || w.Environment != seen.Environment || !w.Touches(f.Name, f.Services()) || w.Until.Before(now.Add(-pillars.Run)) {
			continue
		}
		seen.Works++
		if !w.InTime(f.Notice()) {
			seen.Late++
		}
	}
	return nil
}

// requests sees how many there were, and how.
func (a *asker) requests(f flow.Flow, seen *pillars.Seen) {
	of := map[string]string{"flow": f.Name}
	seen.Requests = a.sum(metrics.FlowRequests, of)
	seen.Anonymous = a.sum(metrics.FlowAnonymous, of)
	seen.Plain = a.sum(metrics.FlowPlain, of)
	seen.Peak = a.peak(of) * a.sum(metrics.FlowRequests, first(f)) / seen.Requests / time.Minute.Seconds()
}

// peak is the most requests in a minute. Single minutes are kept of a flow as a whole; how
// many of them were of its first step follows from the share that this has over all the time.
func (a *asker) peak(of map[string]string) float64 {
	peak := math.NaN()
	for _, n := range a.values(metrics.FlowRequests, of, metrics.Increase, time.Minute) {
		if !math.IsNaN(n) && !(n <= peak) {
			peak = n
		}
	}
	return peak
}

func first(f flow.Flow) map[string]string {
	return map[string]string{"flow": f.Name, "step": f.Steps[0].Name}
}
