package slo

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"slipway.dev/internal/core/alert"
	"slipway.dev/internal/core/escalate"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/maintenance"
	"slipway.dev/internal/core/slo"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/metrics"
)

// Engine is what the evaluator needs of the engine.
type Engine interface {
	engine.Reader
	Submit(ctx context.Context, to ...engine.To) (engine.Receipt, error)
	Now() time.Time
}

// Evals answers an expression in PromQL, at a time: not known if it has no single value.
type Evals interface {
	Eval(ctx context.Context, expr string, at time.Time) (value float64, known bool, err error)
}

// Deps are what an evaluator needs.
type Deps struct {
	Engine Engine
	// Flows gives those that are in force. An error leaves everything as it was.
	Flows func(ctx context.Context) ([]flow.Flow, error)
	// Environments gives those that are in force.
	Environments func(ctx context.Context) ([]string, error)
	// Source gives where an environment's figures are. One that also is an Evals can measure
	// flows by expressions.
	Source func(ctx context.Context, environment string) (metrics.Source, error)
	// Way gives the escalation path of a team.
	Way func(ctx context.Context, team string) (escalate.Way, error)
	Log *slog.Logger
}

// Standing is how an objective stands, as of the last look.
type Standing struct {
	slo.Objective
	slo.Status
	Since time.Time      // it has had this state
	Alert alert.Severity // that fires; empty: none
	Task  string         // of the alert
	At    time.Time      // end of the last minute that was looked at
}

// Evaluator looks, and keeps how all objectives stand. Its methods may be called by many
// goroutines.
type Evaluator struct {
	Deps
	looking   sync.Mutex // held while it looks; guards what follows
	histories map[key]*history
	planned   map[string]plannedAt
	troubles  map[key]string // what was logged last, so that it is logged once

	mu        sync.RWMutex
	standings []Standing
}

// key names a flow in an environment.
type key struct{ environment, flow string }

// New makes an evaluator; Run must be started.
func New(d Deps) *Evaluator {
	return &Evaluator{Deps: d, histories: map[key]*history{}, planned: map[string]plannedAt{}, troubles: map[key]string{}}
}

// Register registers the machines of objectives, alerts and planned work; before the engine
// starts.
func Register(e *engine.Engine) {
	engine.Register(e, "slo", slo.Version, slo.Machine{})
	engine.Register(e, "alert", alert.Version, alert.Machine{})
	engine.Register(e, "maintenance", maintenance.Version, maintenance.Machine{})
}

// lag is how long after a minute's end it is looked at: by then somebody has written down what
// was counted in it.
const lag = 15 * time.Second

// Run looks at once and then every minute, until ctx ends. The first look tells nothing: who
// was away for a while has not counted anything yet, and that need not be known of each flow.
func (e *Evaluator) Run(ctx context.Context) {
	for first := true; ; first = false {
		if err := e.look(ctx, !first); err != nil && ctx.Err() == nil {
			e.Log.Warn("it cannot be seen how the objectives stand; it is tried again", "err", err)
		}
		now := e.Engine.Now()
		next := now.Add(-lag).Truncate(time.Minute).Add(time.Minute + lag)
		select {
		case <-ctx.Done():
			return
		case <-time.After(next.Sub(now)):
		}
	}
}

// Statuses gives how all objectives stand, by environment, flow and their order in the flow.
// It must not be changed.
func (e *Evaluator) Statuses() []Standing {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.standings
}

// Look reads the figures up to the last whole minute, and tells what changed. What cannot be
// read of an environment is unknown and logged; the error is of what concerns all.
func (e *Evaluator) Look(ctx context.Context) error { return e.look(ctx, true) }

func (e *Evaluator) look(ctx context.Context, tell bool) error {
	e.looking.Lock()
	defer e.looking.Unlock()
	end := e.Engine.Now().Add(-lag).Truncate(time.Minute)
	flows, err := e.Flows(ctx)
	if err != nil {
		return err
	}
	environments, err := e.Environments(ctx)
	if err != nil {
		return err
	}
	planned, err := e.maintenance(ctx)
	if err != nil {
		return err
	}
	if err := e.arrange(ctx, flows, environments); err != nil {
		return err
	}
	for _, name := range environments {
		e.fill(ctx, name, end)
	}
	standings, changes := e.evaluate(planned, end)
	if tell {
		var gone []told
		if gone, err = e.gone(ctx); err == nil {
			err = e.tell(ctx, append(changes, gone...))
		}
	}
	e.decorate(standings) // with the alerts that were just raised
	e.mu.Lock()
	e.standings = standings
	e.mu.Unlock()
	return err
}

// arrange makes a history for each flow with objectives in each environment, and forgets those
// that are not there any more, or ask for something else now.
func (e *Evaluator) arrange(ctx context.Context, flows []flow.Flow, environments []string) error {
	wanted := map[key]*history{}
	for _, f := range flows {
		objectives := slo.Objectives(f)
		if len(objectives) == 0 {
			continue
		}
		for _, environment := range environments {
			k := key{environment, f.Name}
			h := newHistory(f, environment, objectives)
			if old := e.histories[k]; old != nil && old.same(h) {
				old.flow = f
				h = old
			} else if err := e.remember(ctx, h); err != nil {
				return err
			}
			wanted[k] = h
		}
	}
	e.histories = wanted
	return nil
}

// sorted gives all histories in order.
func (e *Evaluator) sorted() []*history {
	return slices.SortedFunc(maps.Values(e.histories), func(a, b *history) int { return a.compare(b) })
}
