// Package deploy drives the deployment lanes: it turns their desired instances, routes and
// watches, and their smoke checks, into calls of target, edge and artifact store, and brings
// back what it sees as events.
//
//	lane desires instance ──▶ keeper ──▶ unpack, start … drain at the edge, stop
//	lane desires route    ──▶ router ──▶ one table for the edge, applied whole
//	lane desires watch    ──▶ watcher ─▶ edge counters, brought as traffic.observed
//	lane's smoke.check    ──▶ smoker ──▶ requests to the new instances
//
// It decides nothing. Whatever it sees may be brought twice or late; the lane knows.
package deploy

import (
	"context"
	"log/slog"
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/target"
	"slipway.dev/internal/wire/edgewire"
)

// Engine is what the driver needs of the engine.
type Engine interface {
	Submit(ctx context.Context, to ...engine.To) (engine.Receipt, error)
}

// Blobs reads values by digest.
type Blobs interface {
	Get(ctx context.Context, digest string) ([]byte, error)
}

// Target runs instances.
type Target interface {
	Ensure(ctx context.Context, in target.Instance, root string) error
	Stop(ctx context.Context, id string) error
	List(ctx context.Context) ([]target.Status, error)
	Watch(ctx context.Context) <-chan target.Status
}

// Artifacts gives an artifact's content as a folder that is only read.
type Artifacts interface {
	Unpack(ctx context.Context, digest string) (dir string, err error)
}

// Edge routes requests and counts them.
type Edge interface {
	Apply(ctx context.Context, t edgewire.Table) error
	Table(ctx context.Context) (edgewire.Table, error)
	Counters(ctx context.Context) (edgewire.Counters, error)
	Drained(ctx context.Context, instance string, wait time.Duration) (edgewire.Drained, error)
}

// Deps are the hands that the driver moves.
type Deps struct {
	Engine    Engine
	Blobs     Blobs
	Target    Target
	Artifacts Artifacts
	Edge      Edge
	Log       *slog.Logger

	// Known says whether this store made the deployment of an instance. One that it does
	// not know (a restored backup) is reported and never stopped.
	Known func(ctx context.Context, service, environment, instance string) (bool, error)
	// Environ gives the variables that slipway adds to an instance's own: the addresses
	// of the other services, among them.
	Environ func(ctx context.Context, service, environment string) (map[string]string, error)
	// Check runs a release's smoke checks against one instance; root is its artifact.
	Check func(ctx context.Context, checks []config.Check, id, address, root string) error
	// Flows gives what the edge is to know of all flows in force; nil: there are none.
	Flows func(ctx context.Context) ([]edgewire.Flow, error)
	// Faults gives what is to go wrong on purpose; nil: nothing. While it is not known yet, the
	// edge keeps what it has: a fault of before a restart has an end of its own.
	Faults func() (faults []edgewire.Trouble, known bool)
	// DrainLimit is how long requests under way may hold up the stop of an instance.
	DrainLimit time.Duration
	// Epoch of the leader; part of the edge's table.
	Epoch func() int64
}

// actor is who brings the observations.
var actor = machine.System("deploy")

// submit brings an event to a lane. The lane refuses what it need not know (an instance that
// is gone, a revision that was applied before); that is not an error here.
func (d Deps) submit(ctx context.Context, lane, kind string, data any) error {
	_, err := d.Engine.Submit(ctx, engine.To{Machine: lane, Event: machine.Event{Type: kind, Actor: actor, Data: machine.Must(data)}})
	if expected(err) {
		return nil
	}
	return err
}
