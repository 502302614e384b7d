package run

import (
	"context"
	"errors"
	"sync"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/engine"
)

// errAbandoned ends an effect that nobody waits for.
var errAbandoned = errors.New("nobody waits for it any more")

// watch has the effects under way, and the runs of them that made a step since they were
// looked at.
type watch struct {
	mu      sync.Mutex
	running map[string]map[string]context.CancelCauseFunc // by machine and effect
	touched map[string]bool
}

// hold keeps an effect in mind until the function that it gives is called.
func (w *watch) hold(machine, effect string, cancel context.CancelCauseFunc) (release func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running == nil {
		w.running, w.touched = map[string]map[string]context.CancelCauseFunc{}, map[string]bool{}
	}
	if w.running[machine] == nil {
		w.running[machine] = map[string]context.CancelCauseFunc{}
	}
	w.running[machine][effect] = cancel
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if delete(w.running[machine], effect); len(w.running[machine]) == 0 {
			delete(w.running, machine)
		}
	}
}

// touch says that a machine has made a step.
func (w *watch) touch(machine string, poke chan<- struct{}) {
	w.mu.Lock()
	_, ours := w.running[machine]
	if ours {
		w.touched[machine] = true
	}
	w.mu.Unlock()
	if ours {
		select {
		case poke <- struct{}{}:
		default:
		}
	}
}

// touchAll says that any machine may have made a step.
func (w *watch) touchAll(poke chan<- struct{}) {
	w.mu.Lock()
	machines := make([]string, 0, len(w.running))
	for m := range w.running {
		machines = append(machines, m)
	}
	w.mu.Unlock()
	for _, m := range machines {
		w.touch(m, poke)
	}
}

// next takes the runs that are to be looked at.
func (w *watch) next() map[string]bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.touched
	w.touched = map[string]bool{}
	return out
}

// abandon cancels the effects of a machine but for those that are awaited.
func (w *watch) abandon(machine string, awaited map[string]bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for effect, cancel := range w.running[machine] {
		if !awaited[effect] {
			cancel(errAbandoned)
		}
	}
}

// checkAbandoned looks at the runs that made a step while effects of them are under way. What
// comes meanwhile is looked at in one go.
func (d *Driver) checkAbandoned(ctx context.Context, poke <-chan struct{}) {
	for {
		select {
		case <-poke:
		case <-ctx.Done():
			return
		}
		for machine := range d.watch.next() {
			s, _, err := engine.Load[interp.State](ctx, d.Engine, machine)
			if err != nil && !fault.Is(err, fault.NotFound) {
				if ctx.Err() == nil {
					d.Log.Warn("a run cannot be looked at; its effects go on", "run", machine, "error", err)
				}
				continue
			}
			d.watch.abandon(machine, awaited(&s))
		}
	}
}

// awaited gives the effects that frames of a run wait for.
func awaited(s *interp.State) map[string]bool {
	out := map[string]bool{}
	for f := range s.Frames() {
		if f.For != "" {
			out[f.For] = true
		}
	}
	return out
}
