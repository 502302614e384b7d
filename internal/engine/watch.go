package engine

import (
	"context"
	"iter"
	"sync"

	"slipway.dev/internal/store"
)

// watchers follow the journal as it grows.
type watchers struct {
	mu    sync.Mutex
	head  int64
	next  chan struct{} // closed at the next growth
	tails map[*tail]bool
}

// tail is one who watches. What it has no room for it reads from the store later.
type tail struct {
	fresh  chan []store.Entry
	missed chan struct{} // has one if something was left out since it was looked at
}

func (w *watchers) moved(head int64, fresh []store.Entry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.head = head
	if w.next != nil {
		close(w.next)
		w.next = nil
	}
	for t := range w.tails {
		select {
		case t.fresh <- fresh:
		default:
			select {
			case t.missed <- struct{}{}:
			default:
			}
		}
	}
}

// Await waits until the journal goes beyond a position, and gives its end.
func (e *Engine) Await(ctx context.Context, after int64) (int64, error) {
	w := &e.watchers
	for {
		w.mu.Lock()
		head := w.head
		if head <= after && w.next == nil {
			w.next = make(chan struct{})
		}
		next := w.next
		w.mu.Unlock()
		if head > after {
			return head, nil
		}
		select {
		case <-next:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// Watch gives all entries after a position, without a gap and in order: first those that
// there are, then new ones as they become durable, until ctx ends or the loop is left.
// An error ends it.
func (e *Engine) Watch(ctx context.Context, after int64) iter.Seq2[store.Entry, error] {
	return func(yield func(store.Entry, error) bool) {
		t := e.watchers.join()
		defer e.watchers.leave(t)
		t.missed <- struct{}{} // what is there already
		for {
			var list []store.Entry
			select {
			case list = <-t.fresh:
			case <-t.missed:
			case <-ctx.Done():
				yield(store.Entry{}, ctx.Err())
				return
			}
			for len(list) == 0 || list[0].Seq > after+1 {
				old, err := e.store.Journal(ctx, after, store.JournalFilter{})
				if err != nil {
					yield(store.Entry{}, err)
					return
				}
				if len(old) == 0 {
					break
				}
				for _, n := range old {
					if !yield(n, nil) {
						return
					}
					after = n.Seq
				}
			}
			for _, n := range list {
				if n.Seq <= after {
					continue
				}
				if !yield(n, nil) {
					return
				}
				after = n.Seq
			}
		}
	}
}

func (w *watchers) join() *tail {
	t := &tail{fresh: make(chan []store.Entry, 16), missed: make(chan struct{}, 1)}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.tails == nil {
		w.tails = map[*tail]bool{}
	}
	w.tails[t] = true
	return t
}

func (w *watchers) leave(t *tail) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.tails, t)
}
