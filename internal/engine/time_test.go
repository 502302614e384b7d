package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
)

// fakeClock goes only when it is told to.
type fakeClock struct {
	mu      sync.Mutex
	now     time.Time
	waiting map[chan time.Time]time.Time
}

func newFakeClock() *fakeClock {
	return &fakeClock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), waiting: map[chan time.Time]time.Time{}}
}

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := make(chan time.Time, 1)
	c.waiting[ch] = c.now.Add(d)
	return ch
}

func (c *fakeClock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
	for ch, at := range c.waiting {
		if !at.After(t) {
			ch <- t
			delete(c.waiting, ch)
		}
	}
}

func (c *fakeClock) add(d time.Duration) { c.set(c.Now().Add(d)) }

func timersAt(c *fakeClock, keys ...string) order {
	o := order{Desired: []machine.Desired{}}
	for _, k := range keys {
		key, after, _ := strings.Cut(k, "+")
		d, err := time.ParseDuration(after)
		if err != nil {
			panic(err)
		}
		o.Desired = append(o.Desired, machine.After(key, c.Now().Add(d)))
	}
	return o
}

// fired gives the keys of the timers that a toy has heard of.
func fired(t *testing.T, e *engine.Engine, id string) string {
	t.Helper()
	s, _ := load(t, e, id)
	var keys []string
	for _, line := range s.Log {
		if data, ok := strings.CutPrefix(line, "timer "); ok {
			a, err := machine.Decode[machine.Alarm](machine.Event{Data: machine.Value(data)})
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, a.Key)
		}
	}
	return strings.Join(keys, " ")
}

func TestTimers(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "s.db"))
	c := newFakeClock()
	e := start(t, s, engine.Options{Clock: c}, nil)
	submit(t, e, do("toy/a", timersAt(c, "x+1h", "y+2h")), do("toy/b", timersAt(c, "z+1s")))
	c.add(time.Second)
	until(t, "z fires", func() bool { return fired(t, e, "toy/b") == "z" })
	c.add(time.Hour)
	until(t, "x fires", func() bool { return fired(t, e, "toy/a") == "x" })
	submit(t, e, do("toy/a", order{Note: "x is still desired, and is not fired again"}))
	stop(t, e)
	c.add(10 * time.Hour) // while nobody is there

	e = start(t, s, engine.Options{Clock: c}, nil)
	until(t, "y fires after the restart", func() bool { return fired(t, e, "toy/a") == "x y" })
	submit(t, e, do("toy/a", timersAt(c, "x+1m", "past+-1h")))
	until(t, "one of the past fires at once", func() bool { return fired(t, e, "toy/a") == "x y past" })
	submit(t, e, do("toy/a", order{Desired: []machine.Desired{}})) // x is no longer desired
	submit(t, e, do("toy/c", timersAt(c, "last+2m")))
	c.add(5 * time.Minute)
	until(t, "last fires", func() bool { return fired(t, e, "toy/c") == "last" })
	if got := fired(t, e, "toy/a"); got != "x y past" {
		t.Errorf("a timer that was taken back fired: %s", got)
	}
	if w, err := s.Waking(t.Context(), 10); err != nil || len(w) != 0 {
		t.Errorf("still to wake: %v %v", w, err)
	}
}

// sulker refuses its timer.
type sulker struct{}

func (sulker) Step(n int64, ev machine.Event) (machine.Next[int64], error) {
	if ev.Type == "timer" {
		return machine.Next[int64]{}, errors.New("not now")
	}
	return machine.Next[int64]{State: ev.At.Unix()}, nil
}
func (sulker) Desired(n int64) []machine.Desired {
	return []machine.Desired{machine.After("x", time.Unix(n, 0))}
}
func (sulker) Summary(int64) machine.Summary      { return machine.Summary{} }
func (sulker) Upgrade(int, []byte) (int64, error) { return 0, nil }

func TestARefusedTimerDoesNotComeAgain(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "s.db"))
	c := newFakeClock()
	e := start(t, s, engine.Options{Clock: c}, func(e *engine.Engine) { engine.Register(e, "sulker", 1, sulker{}) })
	submit(t, e, engine.To{Machine: "sulker/a", Event: machine.Event{Type: "go", Actor: someone}})
	until(t, "it is dropped", func() bool {
		w, err := s.Waking(t.Context(), 10)
		return err == nil && len(w) == 0
	})
	if _, step, err := engine.Load[int64](t.Context(), e, "sulker/a"); step != 1 || err != nil {
		t.Errorf("step %d %v", step, err)
	}
}

func TestTimeNeverGoesBack(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "s.db"))
	c := newFakeClock()
	var log bytes.Buffer
	e := start(t, s, engine.Options{Clock: c}, nil)
	at := c.Now()
	c.add(time.Hour)
	submit(t, e, do("toy/a", order{}))
	c.set(at) // back by an hour
	submit(t, e, do("toy/a", order{}))
	stop(t, e)
	c.set(at.Add(-24 * time.Hour)) // and by a day before the next start
	e = start(t, s, engine.Options{Clock: c, Log: slog.New(slog.NewTextHandler(&log, nil))}, nil)
	submit(t, e, do("toy/a", order{}))
	c.add(time.Minute)
	submit(t, e, do("toy/a", order{}))
	list, err := e.Journal(t.Context(), 0, storeAll)
	if err != nil || len(list) != 4 {
		t.Fatal(err, len(list))
	}
	var got []string
	for _, n := range list {
		got = append(got, n.At.Sub(at).String())
	}
	if fmt.Sprint(got) != "[1h0m0s 1h0m0s 1h0m0s 1h1m0s]" {
		t.Errorf("times: %v", got)
	}
	if !strings.Contains(log.String(), "wall clock is behind") {
		t.Errorf("not logged: %s", log.String())
	}
}

// record keeps what a reconciler was called with.
type record struct {
	mu    sync.Mutex
	calls []string
	fail  int
}

func (r *record) Reconcile(_ context.Context, all []engine.Desired) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var set []string
	for _, d := range all {
		set = append(set, fmt.Sprintf("%s %s%s g%d", d.Machine, d.Key, d.Spec, d.Generation))
	}
	r.calls = append(r.calls, strings.Join(set, ", "))
	if r.fail--; r.fail >= 0 {
		return errors.New("the world is not ready")
	}
	return nil
}

func (r *record) last() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.calls) == 0 {
		return "never called"
	}
	return r.calls[len(r.calls)-1]
}

func thing(key string, spec int) machine.Desired {
	return machine.Desired{Kind: "thing", Key: key, Spec: machine.Must(spec)}
}

func TestDesired(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "s.db"))
	r := &record{fail: 2}
	handle := func(e *engine.Engine) { e.HandleDesired("thing", r) }
	e := start(t, s, engine.Options{}, handle)
	see := func(want string) {
		t.Helper()
		until(t, want, func() bool { return r.last() == want })
	}
	see("") // also when there is nothing: what is left over must go
	want := func(id string, list ...machine.Desired) {
		submit(t, e, do(id, order{Desired: append([]machine.Desired{}, list...)}))
	}
	want("toy/b", thing("x", 1))
	want("toy/a", thing("y", 1), thing("x", 1))
	see("toy/a x1 g1, toy/a y1 g1, toy/b x1 g1")
	want("toy/a", thing("x", 2), thing("y", 1)) // only x is another
	see("toy/a x2 g2, toy/a y1 g1, toy/b x1 g1")
	stop(t, e)

	e = start(t, s, engine.Options{}, handle)
	see("toy/a x2 g2, toy/a y1 g1, toy/b x1 g1")
	want("toy/a")
	want("toy/b")
	see("")
	want("toy/a", thing("x", 2)) // one that comes back is a new one
	see("toy/a x2 g4")
}

func TestDriftIsSeenWithoutAChange(t *testing.T) {
	t.Parallel()
	r := &record{}
	start(t, open(t, filepath.Join(t.TempDir(), "s.db")), engine.Options{Resync: time.Millisecond},
		func(e *engine.Engine) { e.HandleDesired("thing", r) })
	until(t, "some calls", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return len(r.calls) > 3
	})
}
