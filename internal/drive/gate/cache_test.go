package gate

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"slipway.dev/internal/core/lease"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
)

// Whatever is read and written at the same time, after catchUp a state is served that is at
// least as new as what was durable before it; and its step is its own.
func TestTheCacheIsNotBehind(t *testing.T) {
	w := newWorld(t)
	const machines, rounds = 3, 150
	c := &cache{engine: w.engine, dropped: func(string, string) {}}
	var durable [machines]atomic.Int64 // step that was certainly written
	var writers, readers sync.WaitGroup
	var done atomic.Bool
	id := func(i int) string { return lease.MachineID(fmt.Sprint("e", i)) }
	for i := range machines {
		writers.Go(func() {
			for n := range rounds {
				take := lease.Take{Environment: fmt.Sprint("e", i), Deployment: fmt.Sprint(n), Limit: rounds}
				r, err := w.engine.Submit(t.Context(), engine.To{Machine: id(i), Event: machine.Event{Type: lease.EventTaken, Actor: machine.System("test"), Data: machine.Must(take)}})
				if err != nil {
					t.Error(err)
					return
				}
				durable[i].Store(r.Steps[0])
			}
		})
	}
	for range 3 {
		readers.Go(func() {
			for last := false; !last; {
				last = done.Load()
				var floor [machines]int64
				for i := range machines {
					floor[i] = durable[i].Load()
				}
				if err := c.catchUp(t.Context()); err != nil {
					t.Error(err)
					return
				}
				for i := range machines {
					s, step, err := of[lease.State](t.Context(), c, id(i))
					if err != nil || step < floor[i] || int64(len(s.Holders)) != step {
						t.Errorf("step %d with %d holders, though %d was written before: %v", step, len(s.Holders), floor[i], err)
						return
					}
				}
			}
		})
	}
	writers.Wait()
	done.Store(true)
	readers.Wait()
}

// Between two changes nothing is read twice, also not that there is no such machine.
func TestTheCacheKeeps(t *testing.T) {
	w := newWorld(t)
	var dropped []string
	c := &cache{engine: w.engine, dropped: func(kind, id string) { dropped = append(dropped, kind+" "+id) }}
	look := func() (step int64) {
		if err := c.catchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, step, err := of[lease.State](t.Context(), c, "lease/prod")
		if err != nil {
			t.Fatal(err)
		}
		return step
	}
	kept := func() bool { _, ok := c.states["lease/prod"]; return ok }
	if look() != 0 || !kept() || look() != 0 {
		t.Error("what is not there is not remembered")
	}
	w.must(w.submit("lease/prod", lease.EventTaken, machine.System("test"), lease.Take{Environment: "prod", Deployment: "1", Limit: 1}))
	if look() != 1 || !kept() || fmt.Sprint(dropped) != "[lease lease/prod]" {
		t.Errorf("kept %v, dropped %v", kept(), dropped)
	}
	c.keep("lease/old", cached{step: 1}, c.cursor-1)
	if _, ok := c.states["lease/old"]; ok {
		t.Error("it keeps what was read before the journal went on")
	}
}
