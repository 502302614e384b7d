package process

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"slipway.dev/internal/target"
)

// hub hands status changes to whoever watches. A change waits for a slow reader, and is
// replaced by a newer one of the same instance; the hub never waits.
type hub struct {
	mu     sync.Mutex
	subs   map[*sub]bool
	closed bool
}

type sub struct {
	mu      sync.Mutex
	pending []target.Status
	wake    chan struct{} // capacity 1
	done    chan struct{}
}

func (h *hub) publish(s target.Status) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for u := range h.subs {
		u.put(s)
	}
}

func (u *sub) put(s target.Status) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.pending = slices.DeleteFunc(u.pending, func(p target.Status) bool { return p.ID == s.ID })
	u.pending = append(u.pending, s)
	select {
	case u.wake <- struct{}{}:
	default:
	}
}

func (u *sub) take() []target.Status {
	u.mu.Lock()
	defer u.mu.Unlock()
	p := u.pending
	u.pending = nil
	return p
}

func (h *hub) subscribe(ctx context.Context, now []target.Status) <-chan target.Status {
	u := &sub{wake: make(chan struct{}, 1), done: make(chan struct{})}
	for _, s := range now {
		u.put(s)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.subs == nil {
		h.subs = map[*sub]bool{}
	}
	if h.closed {
		close(u.done)
	} else {
		h.subs[u] = true
	}
	out := make(chan target.Status)
	go func() {
		defer close(out)
		defer h.remove(u)
		for {
			select {
			case <-u.wake:
			case <-u.done:
				return
			case <-ctx.Done():
				return
			}
			for _, s := range u.take() {
				select {
				case out <- s:
				case <-u.done:
					return
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return out
}

func (h *hub) remove(u *sub) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.subs, u)
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for u := range h.subs {
		close(u.done)
	}
	h.subs = nil
}

func sortByID(s []target.Status) {
	slices.SortFunc(s, func(a, b target.Status) int { return cmp.Compare(a.ID, b.ID) })
}
