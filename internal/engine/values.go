package engine

import (
	"context"
	"sync"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/store"
)

// values has the long values of steps that are not durable yet, so that later steps of the
// same machines can already read them.
type values struct {
	mu   sync.Mutex
	held map[string]*held
}

type held struct {
	value machine.Value
	by    int // batches
}

// hold keeps a value for a batch and gives its digest.
func (v *values) hold(value machine.Value) string {
	d := store.BlobDigest(value)
	v.mu.Lock()
	defer v.mu.Unlock()
	h := v.held[d]
	if h == nil {
		if v.held == nil {
			v.held = map[string]*held{}
		}
		h = &held{value: value}
		v.held[d] = h
	}
	h.by++
	return d
}

// release lets go of what a batch held: it is durable, or void.
func (v *values) release(b *batch) {
	if len(b.held) == 0 {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, d := range b.held {
		if h := v.held[d]; h != nil {
			if h.by--; h.by == 0 {
				delete(v.held, d)
			}
		}
	}
	b.held = nil
}

// Value gives a value by its digest, "sha256:…", or fault.NotFound: a blob, or what a step
// gave in Next.Values that is not durable yet. A digest names the same value for ever, so a machine may
// be made to ask for it and stay a pure function.
func (e *Engine) Value(ctx context.Context, digest string) (machine.Value, error) {
	e.values.mu.Lock()
	h := e.values.held[digest]
	e.values.mu.Unlock()
	if h != nil {
		return h.value, nil
	}
	return e.store.GetBlob(ctx, digest)
}
