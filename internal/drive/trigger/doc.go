// Package trigger makes versions of workflows active in environments.
//
//	lane desires workflow ──▶ Activator ──▶ definition out of the artifact ──▶ its canonical form, a blob
//	                             │          configuration ──▶ schedule, secrets
//	                             ├──▶ trigger.set, trigger.unset ──▶ trigger/<environment>/<workflow>
//	                             └──▶ route.applied: it is so; workflow.inactive: it cannot be ──▶ lane
//
// What it does it does again after a crash, and nothing follows from it a second time.
package trigger

import (
	"context"
	"log/slog"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/trigger"
	"slipway.dev/internal/engine"
)

// Artifacts gives an artifact's content as a folder that is only read.
type Artifacts interface {
	Unpack(ctx context.Context, digest string) (dir string, err error)
}

// Deps are what the driver needs. None may be nil but Log.
type Deps struct {
	Engine    *engine.Engine
	Artifacts Artifacts
	Values    trigger.Values // long values by digest; *run.Library is one
	Log       *slog.Logger   // nil: slog.Default()
}

// Register adds the machine of triggers, and who sets them; before the engine starts.
func Register(d Deps) {
	if d.Log == nil {
		d.Log = slog.Default()
	}
	engine.Register(d.Engine, "trigger", trigger.Version, trigger.Machine{Values: d.Values})
	d.Engine.HandleDesired(deploy.DesiredWorkflow, &activator{Deps: d, told: map[string]told{}})
}

// actor is who sets triggers and tells lanes.
var actor = machine.System("trigger")
