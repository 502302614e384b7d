// Package control is the door: every command and every query, from a face, a webhook or a
// schedule, comes through here, is authorised, and becomes an event or an answer. What
// follows from an event is decided in core; control only looks up what the event must say.
package control

import (
	"context"
	"io"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/notify"
	"slipway.dev/internal/core/pillars"
	"slipway.dev/internal/drive/chaos"
	"slipway.dev/internal/drive/load"
	"slipway.dev/internal/drive/people"
	"slipway.dev/internal/engine"
)

// Control answers for one control plane. Its methods may be called by many goroutines.
type Control struct{ Deps }

// New makes a door for what it is given.
func New(d Deps) *Control { return &Control{d} }

// Deps are what control needs of the house.
type Deps struct {
	Engine   *engine.Engine
	Vault    Vault
	Sources  Sources
	Logs     Logs
	Journal  Journal
	Doors    Doors
	Catalog  Catalog
	Figures  Figures
	Canaries Canaries
	Runner   Runner
	// Pillars gives all targets of a flow with what was seen of them in an environment.
	Pillars func(ctx context.Context, f flow.Flow, environment string) ([]pillars.Row, error)
	// Measured gives how the objectives of all flows stood when they were last looked at.
	Measured func() []Measured
	// Exposition writes all current figures in the text format of Prometheus.
	Exposition func(ctx context.Context, w io.Writer) error

	People *people.Driver
	Page   string // address of the page, with a slash at its end

	// Directory gives who is who and who may do what, as it is now.
	Directory func(ctx context.Context) (*access.Directory, error)
	// Refused is told whom something was refused for want of a right; nil: nobody.
	Refused func(who access.Caller, op access.Operation, s access.Scope)
	// Resolve gives the configuration with which a service's manifest, by its digest, runs
	// in an environment, and the digest of that.
	Resolve func(ctx context.Context, spec, environment string) (digest string, c config.Resolved, err error)
	// Owned gives all resources that are in force, with their sources.
	Owned func(ctx context.Context) ([]config.Owned, error)
	// Ended gives deployments that ended, latest request first.
	Ended func(ctx context.Context, q model.DeploymentsQuery) ([]deploy.Ended, error)
	// Seen waits until what Ended gives includes a position.
	Seen func(ctx context.Context, position int64) error
	// Smoke runs the smoke checks of instances; the first that does not pass is the error.
	Smoke func(ctx context.Context, in deploy.SmokeInput) error
	// Fault makes something go wrong in a service, once for each key.
	Fault func(ctx context.Context, by machine.Actor, r chaos.Request, key string) (chaos.Outcome, error)
	// Load runs a load test.
	Load func(ctx context.Context, by machine.Actor, r load.Request, key string) (load.Result, error)
	// Notice tells people through the integrations that are set up, once for each key.
	Notice func(ctx context.Context, key string, n notify.Notice) error
	// URL is where the edge serves a host.
	URL func(host string) string
	// Info describes this control plane.
	Info func(ctx context.Context) (model.System, error)
}

// Journal is the store as an auditor and a backup see it.
type Journal interface {
	Head(ctx context.Context) (int64, error)
	Verify(ctx context.Context) (model.AuditReport, error)
	Dump(ctx context.Context, w io.Writer) error
}

// tell submits one event and says where it was written.
func (c *Control) tell(ctx context.Context, a machine.Actor, to, kind string, data any) (model.Receipt, error) {
	event := machine.Event{Type: kind, Actor: a, ID: keyOf(ctx)}
	if data != nil {
		event.Data = machine.Must(data)
	}
	r, err := c.Engine.Submit(ctx, engine.To{Machine: to, Event: event})
	return model.Receipt{Position: r.Position}, err
}

// System describes this control plane.
func (c *Control) System(ctx context.Context) (model.System, error) {
	if _, err := c.may(ctx, access.Read, access.Scope{}); err != nil {
		return model.System{}, err
	}
	return c.Info(ctx)
}

// Await waits until a position is written and seen, so that a client reads what it wrote.
// How long is for the caller to say.
func (c *Control) Await(ctx context.Context, position int64) error {
	if _, err := c.may(ctx, access.Read, access.Scope{}); err != nil {
		return err
	}
	if position <= 0 {
		return nil
	}
	if _, err := c.Engine.Await(ctx, position-1); err != nil {
		return err
	}
	return c.Seen(ctx, position)
}
