package engine

import (
	"context"
	"fmt"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/store"
	"slipway.dev/internal/view"
)

// Reader reads what is durable. *Engine is one.
type Reader interface {
	// State gives a machine's state, in its own type, and its step; or fault.NotFound.
	State(ctx context.Context, id string) (state any, step int64, err error)
	// List gives the machines whose ID begins with prefix, in the order of their IDs.
	List(ctx context.Context, prefix string, o ...store.ListOptions) ([]store.Row, error)
}

var _ Reader = (*Engine)(nil)

// State gives a machine's state; Load does so with its type.
func (e *Engine) State(ctx context.Context, id string) (any, int64, error) {
	k := e.kinds[machine.Kind(id)]
	if k == nil {
		return nil, 0, fault.New(fault.NotFound, "there are no machines of the kind %q", machine.Kind(id))
	}
	m, err := e.store.Machine(ctx, id)
	if err != nil {
		return nil, 0, err
	}
	r, err := newRow(m)
	if err != nil {
		return nil, 0, err
	}
	s, err := k.decode(r.version, r.env.State)
	return s, r.step, err
}

// Load gives a machine's state and its step, or fault.NotFound.
func Load[S any](ctx context.Context, r Reader, id string) (S, int64, error) {
	state, step, err := r.State(ctx, id)
	s, ok := state.(S)
	if err == nil && !ok {
		err = fmt.Errorf("engine: the state of %s is a %T, not a %T", id, state, s)
	}
	return s, step, err
}

// List gives the machines whose ID begins with prefix, in the order of their IDs.
func (e *Engine) List(ctx context.Context, prefix string, o ...store.ListOptions) ([]store.Row, error) {
	var options store.ListOptions
	if len(o) > 0 {
		options = o[0]
	}
	return e.store.List(ctx, prefix, options)
}

// Journal gives entries after a position, in order; see store.JournalFilter.
func (e *Engine) Journal(ctx context.Context, after int64, f store.JournalFilter) ([]store.Entry, error) {
	return e.store.Journal(ctx, after, f)
}

// AddView adds a view; before Start.
func (e *Engine) AddView(v view.View) {
	e.views[v.Name] = view.NewRunner(e.store, v, e.log)
}

// Wait waits until a view has seen a position.
func (e *Engine) Wait(ctx context.Context, position int64, viewName string) error {
	v := e.views[viewName]
	if v == nil {
		return fault.New(fault.Internal, "there is no view %q", viewName)
	}
	return v.Wait(ctx, position)
}

// Blobs keeps values that are too long for a state, by their digest. A blob must be
// named in an event's effect on some machine (Summary.Keeps) within the hour.
type Blobs struct{ s *store.Store }

// Blobs gives the blob store.
func (e *Engine) Blobs() Blobs { return Blobs{e.store} }

// Put keeps b and gives its digest, "sha256:…".
func (b Blobs) Put(ctx context.Context, data []byte) (string, error) { return b.s.PutBlob(ctx, data) }

// Get gives the blob with a digest, or fault.NotFound.
func (b Blobs) Get(ctx context.Context, digest string) ([]byte, error) {
	return b.s.GetBlob(ctx, digest)
}

// All gives the states of all machines whose ID begins with prefix, in the order of their IDs.
// S is the type of their kind.
func All[S any](ctx context.Context, r Reader, prefix string, o ...store.ListOptions) ([]S, error) {
	rows, err := r.List(ctx, prefix, o...)
	if err != nil {
		return nil, err
	}
	list := make([]S, len(rows))
	for i, row := range rows {
		if list[i], _, err = Load[S](ctx, r, row.ID); err != nil {
			return nil, err
		}
	}
	return list, nil
}
