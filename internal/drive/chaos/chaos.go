// Package chaos drives the faults that core/chaos decides on: it has the edge get those that are
// desired, stops instances, and says when a fault has come about.
//
//	chaos desires fault ──▶ Driver ──▶ edge's table (drive/deploy's router asks for Faults)
//	chaos's chaos.stop  ──▶ Driver ──▶ target: the app is killed, its shim starts it again
package chaos

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"

	"slipway.dev/internal/core/chaos"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/wire/edgewire"
)

// Target runs instances.
type Target interface {
	// Crash ends an instance as if it had by itself, if it has been restarted just so often.
	Crash(ctx context.Context, id string, restarts int) error
}

// Edge says what it does.
type Edge interface {
	Table(ctx context.Context) (edgewire.Table, error)
}

// Deps are what a driver needs.
type Deps struct {
	Engine *engine.Engine
	Target Target
	Edge   Edge
	Log    *slog.Logger
	// Nudge has the edge get its table with the Faults as they are now.
	Nudge func(ctx context.Context) error
	// Allowed gives what an environment in force allows to be tried out in it, and what to
	// guard a step with that depends on it. Of one that is not there it allows nothing.
	Allowed func(ctx context.Context, r engine.Reader, environment string) (manifest.Drills, machine.Guard, error)
}

// Driver brings faults about. It may be used by many goroutines.
type Driver struct {
	Deps
	mu     sync.Mutex
	known  bool
	faults []edgewire.Trouble
	begun  map[string]bool // machine and number of what was said to have come about
	given  bool            // the edge has faults as they are
}

// New makes a driver. Handle must be called before the engine starts.
func New(d Deps) *Driver { return &Driver{Deps: d, begun: map[string]bool{}} }

// Handle registers the machine of faults and what it needs.
func (d *Driver) Handle() {
	engine.Register(d.Engine, "chaos", chaos.Version, chaos.Machine{})
	d.Engine.HandleFacts("chaos", d.facts)
	d.Engine.HandleDesired(chaos.DesiredFault, engine.ReconcileFunc(d.reconcile))
	d.Engine.HandleEffect(chaos.EffectStop, engine.EffectFunc(d.stop))
}

// Faults gives what the edge is to do wrong; known is false until it was asked for once.
func (d *Driver) Faults() (faults []edgewire.Trouble, known bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.faults), d.known
}

// actor is who says that a fault has come about.
var actor = machine.System("chaos")

// wish is a fault that a machine desires.
type wish struct {
	machine string
	chaos.Spec
}

func (w wish) key() string { return fmt.Sprint(w.machine, "#", w.Number) }

// reconcile gives the edge all faults that are desired.
func (d *Driver) reconcile(ctx context.Context, all []engine.Desired) error {
	var wishes []wish
	var faults []edgewire.Trouble
	for _, one := range all {
		w := wish{machine: one.Machine}
		if err := json.Unmarshal(one.Spec, &w.Spec); err != nil {
			return fmt.Errorf("the fault of %s: %w", one.Machine, err)
		}
		wishes = append(wishes, w)
		faults = append(faults, edgewire.Trouble{Service: w.Service, Environment: w.Environment, Share: w.Share, Delay: w.Delay, Status: w.Status, Until: w.Until})
	}
	if d.changes(faults) {
		if err := d.Nudge(ctx); err != nil {
			return err
		}
		if err := d.check(ctx, faults); err != nil {
			return err
		}
		d.mu.Lock()
		d.given = true
		d.mu.Unlock()
	}
	return d.tell(ctx, wishes)
}

// changes takes in what is desired, and says whether the edge must be told.
func (d *Driver) changes(faults []edgewire.Trouble) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.known || !slices.Equal(faults, d.faults) {
		d.known, d.given, d.faults = true, false, faults
	}
	return !d.given
}

// check asks the edge whether it has the faults: one that is older than they are knows none.
func (d *Driver) check(ctx context.Context, faults []edgewire.Trouble) error {
	t, err := d.Edge.Table(ctx)
	if err != nil {
		return fmt.Errorf("ask the edge for its table: %w", err)
	}
	if len(t.Faults) != len(faults) {
		return fault.New(fault.Unavailable, "the edge has %d faults instead of %d", len(t.Faults), len(faults)).
			WithHint("it may be older than this control plane: `slipway down`, and `slipway up` again")
	}
	return nil
}

// tell tells machines that their faults have come about, each once.
func (d *Driver) tell(ctx context.Context, wishes []wish) error {
	begun := map[string]bool{}
	for _, w := range wishes {
		d.mu.Lock()
		done := d.begun[w.key()]
		d.mu.Unlock()
		if !done {
			_, err := d.Engine.Submit(ctx, engine.To{Machine: w.machine, Event: machine.Event{
				Type: chaos.EventApplied, Actor: actor, Data: machine.Must(chaos.Applied{Number: w.Number})}})
			if err != nil && !fault.Is(err, fault.Refused) { // it knows, or the fault is over
				return err
			}
		}
		begun[w.key()] = true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.begun = begun
	return nil
}

// stop ends an instance as if it crashed.
func (d *Driver) stop(ctx context.Context, c engine.EffectCall) (machine.Value, error) {
	in, err := engine.Decode[chaos.StopInput](c)
	if err != nil {
		return nil, err
	}
	out := chaos.Stopped{Number: in.Number}
	if err := d.Target.Crash(ctx, in.Instance, in.Restarts); err != nil {
		if ctx.Err() != nil {
			return nil, err // the engine stops: it is done after the next start
		}
		out.Error = err.Error()
	}
	return machine.Must(out), nil
}
