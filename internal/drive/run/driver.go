package run

import (
	"context"
	"log/slog"

	"slipway.dev/internal/core/feed"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/engine"
)

// Driver runs the effects of runs. What is nil is missing here: an effect that needs it is a
// problem that says so.
type Driver struct {
	Engine    *engine.Engine
	Library   *Library
	Caller    Caller
	Jobs      Jobs
	Functions Functions
	Workflows Workflows
	Secrets   Secrets
	Logs      *Logs
	// Network says whether processes in an environment may have a network at all; nil: none may.
	Network func(environment string) bool
	Log     *slog.Logger // nil: slog.Default()

	Listeners Listeners
	watch     watch
}

// How many effects of a kind run at once. Calls and functions mostly wait for others;
// processes take memory of this machine.
const (
	callsAtOnce     = 1024
	processesAtOnce = 32
	functionsAtOnce = 4096
)

// Handle registers the effects of runs, the reconciler of listeners and the machine of the
// feed; before the engine starts. The machine of runs is registered by whoever makes the library.
func (d *Driver) Handle() {
	if d.Log == nil {
		d.Log = slog.Default()
	}
	handle(d, interp.EffectCall, func(in interp.CallInput) interp.At { return in.At }, d.call, engine.AtMost(callsAtOnce))
	handle(d, interp.EffectProcess, func(in interp.ProcessInput) interp.At { return in.At }, d.process, engine.AtMost(processesAtOnce))
	handle(d, interp.EffectFunction, func(in interp.FunctionInput) interp.At { return in.At }, d.function, engine.AtMost(functionsAtOnce))
	handle(d, interp.EffectEmit, func(in interp.EmitInput) interp.At { return in.At }, d.emit)
	handle(d, interp.EffectFetch, func(in interp.FetchInput) interp.At { return in.At }, d.fetch)
	handle(d, interp.EffectResolve, func(in interp.ResolveInput) interp.At { return in.At }, d.resolve)
	engine.Register(d.Engine, "feed", feed.Version, feed.Machine{})
	d.Engine.HandleDesired(interp.DesiredListen, &d.Listeners)
}

// Follow ends effects that nobody waits for any more, until ctx ends.
func (d *Driver) Follow(ctx context.Context) {
	poke := make(chan struct{}, 1)
	go d.checkAbandoned(ctx, poke)
	d.Engine.Follow(ctx, "effects of cancelled runs go on", func() { d.watch.touchAll(poke) },
		func(machine string) { d.watch.touch(machine, poke) })
}
