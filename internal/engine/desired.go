package engine

import (
	"context"
	"fmt"
	"sort"
	"sync"
	"time"

	"slipway.dev/internal/core/machine"
)

// Desired is a standing wish of a machine.
type Desired struct {
	Machine    string
	Kind       string
	Key        string
	Spec       machine.Value
	Generation int64 // grows with every change of Spec
}

// Reconciler brings the world to what is desired. It gets the whole set of its kind, in
// the order of machine and key, at the start, after each change and from time to time;
// one call at a time. After an error it is called again, ever more slowly.
type Reconciler interface {
	Reconcile(ctx context.Context, all []Desired) error
}

// Noter is a Reconciler that is also told of the wishes of each machine as they change: in the
// order of the commits, before who submitted has an answer, and while the writer waits. It is for what must never be
// behind, and so many that to go through all of them for one change would take too long;
// Reconcile is then called at the start and from time to time only.
type Noter interface {
	Reconciler
	// Note gives all wishes of the kind that a machine has now. It must not block.
	Note(machine string, wishes []Desired)
}

// ReconcileFunc is a function that is a Reconciler.
type ReconcileFunc func(ctx context.Context, all []Desired) error

// Reconcile calls f.
func (f ReconcileFunc) Reconcile(ctx context.Context, all []Desired) error { return f(ctx, all) }

// HandleDesired sets who brings about desired things of a kind; before Start.
func (e *Engine) HandleDesired(kind string, r Reconciler) {
	e.desired.kinds[kind] = &reconcilerOf{kind: kind, r: r, sets: map[string][]Desired{}, poke: make(chan struct{}, 1)}
}

type reconcilers struct {
	e      *Engine
	kinds  map[string]*reconcilerOf
	mu     sync.Mutex // guards sets and orphan
	orphan map[string]bool
}

type reconcilerOf struct {
	kind string
	r    Reconciler
	sets map[string][]Desired // by machine
	poke chan struct{}
}

func newReconcilers(e *Engine) *reconcilers {
	return &reconcilers{e: e, kinds: map[string]*reconcilerOf{}, orphan: map[string]bool{}}
}

// set takes over the wishes of a machine, which are durable.
func (d *reconcilers) set(r *row) {
	by := map[string][]Desired{}
	for _, w := range r.env.Desired {
		if w.Kind != machine.Timer {
			by[w.Kind] = append(by[w.Kind], Desired{Machine: r.id, Kind: w.Kind, Key: w.Key, Spec: w.Spec, Generation: w.Generation})
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for kind := range by {
		if d.kinds[kind] == nil && !d.orphan[kind] {
			d.orphan[kind] = true
			d.e.log.Error("a machine desires what nobody brings about", "machine", r.id, "kind", kind)
		}
	}
	for kind, k := range d.kinds {
		if len(by[kind]) == 0 && len(k.sets[r.id]) == 0 {
			continue
		}
		if k.sets[r.id] = by[kind]; len(by[kind]) == 0 {
			delete(k.sets, r.id)
		}
		if n, ok := k.r.(Noter); ok {
			n.Note(r.id, by[kind])
			continue
		}
		select {
		case k.poke <- struct{}{}:
		default:
		}
	}
}

func (d *reconcilers) all(k *reconcilerOf) []Desired {
	d.mu.Lock()
	defer d.mu.Unlock()
	var list []Desired
	for _, set := range k.sets {
		list = append(list, set...)
	}
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		return a.Machine < b.Machine || a.Machine == b.Machine && a.Key < b.Key
	})
	return list
}

func (d *reconcilers) run(ctx context.Context) {
	for _, k := range d.kinds {
		d.e.spawn(func() { d.loop(ctx, k) })
	}
}

func (d *reconcilers) loop(ctx context.Context, k *reconcilerOf) {
	for tries := 0; ctx.Err() == nil; {
		select {
		case <-k.poke: // what came until now is in this call
		default:
		}
		if err := reconcile(ctx, k.r, d.all(k)); err != nil && ctx.Err() == nil {
			d.e.log.Warn("what is desired cannot be brought about; it is tried again", "kind", k.kind, "tries", tries+1, "error", err)
			pause(ctx, tries)
			tries++
			continue
		}
		tries = 0
		select {
		case <-k.poke:
		case <-time.After(d.e.opts.Resync):
		case <-ctx.Done():
		}
	}
}

func reconcile(ctx context.Context, r Reconciler, all []Desired) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("it panicked: %v", p)
		}
	}()
	return r.Reconcile(ctx, all)
}
