package app

import (
	"context"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/drive/chaos"
	"slipway.dev/internal/drive/load"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/wire/edgewire"
)

// openDrills registers what tries out on purpose how an environment stands faults and load.
func (h *house) openDrills() {
	h.chaos = chaos.New(chaos.Deps{
		Engine: h.engine, Target: h.target, Edge: h.edge, Log: h.Log, Allowed: h.drillsOf,
		Nudge: func(ctx context.Context) error { return h.router.Nudge(ctx) },
	})
	h.chaos.Handle()
	h.load = &load.Driver{Engine: h.engine, Edge: h.edge, Keys: h.vault, Allowed: h.drillsOf}
	h.load.Handle()
}

// faults gives what the edge is to do wrong.
func (h *house) faults() ([]edgewire.Trouble, bool) { return h.chaos.Faults() }

// drillsOf gives what an environment in force allows, and what guards that it still does.
func (h *house) drillsOf(ctx context.Context, r engine.Reader, environment string) (manifest.Drills, machine.Guard, error) {
	guard := machine.Guard{Machine: config.ResourceID(manifest.KindEnvironment, environment)}
	s, step, err := engine.Load[config.ResourceState](ctx, r, guard.Machine)
	guard.Step = step
	if fault.Is(err, fault.NotFound) || err == nil && !s.InForce() {
		return manifest.Drills{}, guard, nil
	}
	if err != nil {
		return manifest.Drills{}, guard, err
	}
	b, err := h.engine.Blobs().Get(ctx, s.Digest)
	if err != nil {
		return manifest.Drills{}, guard, err
	}
	resource, err := manifest.Load(b)
	if err != nil {
		return manifest.Drills{}, guard, err
	}
	e, err := resource.Environment()
	return e.Drills, guard, err
}
