package engine

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// timers fires timers from the wake column: a machine that waits takes no memory.
type timers struct {
	e    *Engine
	poke chan struct{}
	mu   sync.Mutex
	next int64 // what the loop sleeps for, unix µs; 0: not known
}

// horizon is how long the loop sleeps at most, and after it could not fire.
const horizon = 30 * time.Second

// volley is how many machines' timers are fired at once.
const volley = 256

func newTimers(e *Engine) *timers { return &timers{e: e, poke: make(chan struct{}, 1)} }

// soonest wakes the loop if a timer was set that is before all it knows.
func (t *timers) soonest(wake int64) {
	if wake == 0 {
		return
	}
	t.mu.Lock()
	earlier := t.next == 0 || wake < t.next
	t.mu.Unlock()
	if earlier {
		select {
		case t.poke <- struct{}{}:
		default:
		}
	}
}

func (t *timers) run(ctx context.Context) {
	for ctx.Err() == nil {
		wait, err := t.fire(ctx)
		if err != nil && ctx.Err() == nil {
			t.e.log.Error("timers cannot be read; it is tried again", "error", err)
		}
		if wait <= 0 {
			continue
		}
		select {
		case <-t.poke:
		case <-t.e.opts.Clock.After(wait):
		case <-ctx.Done():
		}
	}
}

// fire fires what is due and says how long there is nothing to do.
func (t *timers) fire(ctx context.Context) (time.Duration, error) {
	t.mu.Lock()
	t.next = 0 // whatever is set from here on pokes
	t.mu.Unlock()
	list, err := t.e.store.Waking(ctx, volley)
	if err != nil {
		return horizon, err
	}
	now := t.e.clock.now()
	var group sync.WaitGroup
	var fired atomic.Bool
	for _, w := range list {
		if w.Wake > now.UnixMicro() {
			break
		}
		group.Go(func() {
			if t.alarm(ctx, w.Machine, now) {
				fired.Store(true)
			}
		})
	}
	group.Wait()
	switch {
	case fired.Load():
		return 0, nil
	case len(list) == 0 || list[0].Wake <= now.UnixMicro():
		return horizon, nil
	}
	t.mu.Lock()
	t.next = list[0].Wake
	t.mu.Unlock()
	return min(time.UnixMicro(list[0].Wake).Sub(now), horizon), nil
}

// alarm hands a machine the timers that are due. It says whether they are done with.
func (t *timers) alarm(ctx context.Context, id string, now time.Time) bool {
	m, err := t.e.store.Machine(ctx, id)
	if err != nil {
		t.e.log.Error("a timer cannot be fired; it is tried again", "machine", id, "error", err)
		return false
	}
	r, err := newRow(m)
	if err != nil || t.e.kinds[machine.Kind(id)] == nil {
		t.e.log.Error("a timer cannot be fired: this program does not know the machine", "machine", id, "error", err)
		return false
	}
	for _, w := range r.env.Desired {
		if at, ok := w.due(); !ok || at > now.UnixMicro() {
			continue
		}
		it := item{alarm: w.Key, To: To{Machine: id, Event: machine.Event{Type: "timer", Actor: machine.System("timer"), Data: w.Spec}}}
		if _, err := t.e.submit(ctx, serving, []item{it}); err != nil {
			if ctx.Err() == nil && !fault.Is(err, fault.Unavailable) {
				t.e.log.Error("a timer cannot be fired; it is tried again", "machine", id, "timer", w.Key, "error", err)
			}
			return false
		}
	}
	return true
}
