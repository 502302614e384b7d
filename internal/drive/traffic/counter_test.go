package traffic

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/traffic"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
	"slipway.dev/internal/wire/edgewire"
)

// world is a real engine with an edge whose counters, and a clock, the test sets.
type world struct {
	*testing.T
	*engine.Engine
	counter *Counter

	mu       sync.Mutex
	now      time.Time
	counters []edgewire.Counter
	away     error // what the edge answers
	broken   error // what the engine answers, after it has written
	names    []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "s.db"), store.Options{Log: log})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, now: time.Date(2026, 1, 5, 9, 30, 0, 0, time.UTC), names: []string{"dev", "prod", "unused"}}
	w.Engine = engine.New(st, engine.Options{Log: log})
	engine.Register(w.Engine, "traffic", traffic.Version, traffic.Machine{})
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(w.Stop(context.Background()), st.Close()); err != nil {
			t.Error(err)
		}
	})
	w.counter = New(Deps{Engine: w, Edge: w, Log: log, Environments: func(context.Context) ([]string, error) { return w.names, nil }})
	return w
}

func (w *world) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) Submit(ctx context.Context, to ...engine.To) (engine.Receipt, error) {
	r, err := w.Engine.Submit(ctx, to...)
	return r, errors.Join(err, w.broken)
}

func (w *world) Counters(context.Context) (edgewire.Counters, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return edgewire.Counters{Counters: append([]edgewire.Counter(nil), w.counters...)}, w.away
}

// pass lets time go by, and the edge count.
func (w *world) pass(d time.Duration, counters ...edgewire.Counter) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now, w.counters = w.now.Add(d), counters
}

func of(environment, deployment string, requests uint64) edgewire.Counter {
	return edgewire.Counter{Service: "tickets", Environment: environment, Deployment: deployment, Requests: requests}
}

func (w *world) look() {
	w.Helper()
	if err := w.counter.Look(w.Context()); err != nil {
		w.Fatal(err)
	}
}

func (w *world) state(environment string) traffic.State {
	w.Helper()
	s, _, err := engine.Load[traffic.State](w.Context(), w.Engine, traffic.MachineID(environment))
	if err != nil && !fault.Is(err, fault.NotFound) {
		w.Fatal(err)
	}
	return s
}

func (w *world) want(environment string, total uint64, seconds uint64) {
	w.Helper()
	var watched uint64
	s := w.state(environment)
	for _, n := range s.Seconds {
		watched += n
	}
	if s.Total != total || watched != seconds {
		w.Errorf("%s has %d requests in %d s, want %d in %d", environment, s.Total, watched, total, seconds)
	}
}

// What the edge had counted before is not counted; what comes is, by environment, as are
// hours in which nothing came.
func TestCountsWhatComes(t *testing.T) {
	w := newWorld(t)
	w.pass(0, of("dev", "tickets.dev.1", 100), of("prod", "tickets.prod.1", 7))
	w.look()
	w.want("dev", 0, 0)
	w.pass(30*time.Minute, of("dev", "tickets.dev.1", 110), of("dev", "tickets.dev.2", 5), of("prod", "tickets.prod.1", 7), of("removed", "tickets.removed.1", 9))
	w.look()
	w.want("dev", 15, 1800)
	w.want("prod", 0, 1800)
	if s := w.state("dev"); s.Requests[9] != 15 || !s.Since.Equal(time.Date(2026, 1, 5, 9, 30, 0, 0, time.UTC)) {
		t.Errorf("%d since %s", s.Requests[9], s.Since)
	}
	for _, name := range []string{"unused", "removed"} {
		if s := w.state(name); s.Environment != "" {
			t.Errorf("%s is counted", name)
		}
	}
}

// An edge that begins anew counts from nothing; that is never less than no request.
func TestEdgeBeginsAnew(t *testing.T) {
	w := newWorld(t)
	w.pass(0, of("dev", "tickets.dev.1", 100), of("dev", "tickets.dev.2", 50))
	w.look()
	w.pass(time.Hour, of("dev", "tickets.dev.1", 3), of("dev", "tickets.dev.2", 60))
	w.look()
	w.want("dev", 13, 3600)
	w.pass(time.Hour)
	w.look()
	w.pass(time.Hour, of("dev", "tickets.dev.2", 4))
	w.look()
	w.want("dev", 17, 2*3600) // of the hour in which it said nothing of dev, nothing is known
}

// What could not be read or written is brought at the next look; what was written although
// that seemed to fail is not brought again.
func TestFailuresLoseNothing(t *testing.T) {
	w := newWorld(t)
	w.pass(0, of("dev", "tickets.dev.1", 1))
	w.look()
	w.away = errors.New("the edge is away")
	w.pass(time.Hour, of("dev", "tickets.dev.1", 11))
	if err := w.counter.Look(t.Context()); !errors.Is(err, w.away) {
		t.Error(err)
	}
	w.away = nil
	w.pass(30*time.Minute, of("dev", "tickets.dev.1", 31))
	w.look()
	w.want("dev", 30, 5400)
	w.broken = errors.New("the connection broke")
	w.pass(time.Hour, of("dev", "tickets.dev.1", 41))
	if err := w.counter.Look(t.Context()); !errors.Is(err, w.broken) {
		t.Error(err)
	}
	w.broken = nil
	w.pass(time.Minute, of("dev", "tickets.dev.1", 42))
	w.look()
	w.pass(time.Minute, of("dev", "tickets.dev.1", 44))
	w.look()
	w.want("dev", 42, 5400+3600+60)
}

// Who slept does not know in which hours the requests came.
func TestSleptTooLong(t *testing.T) {
	w := newWorld(t)
	w.pass(0, of("dev", "tickets.dev.1", 1))
	w.look()
	w.pass(8*time.Hour, of("dev", "tickets.dev.1", 1000))
	w.look()
	w.want("dev", 0, 0)
	w.pass(time.Hour, of("dev", "tickets.dev.1", 1005))
	w.look()
	w.want("dev", 5, 3600)
}

func TestEnd(t *testing.T) {
	w := newWorld(t)
	w.pass(0, of("dev", "tickets.dev.1", 1))
	w.counter.End(t.Context()) // it never began
	w.pass(time.Hour, of("dev", "tickets.dev.1", 10))
	w.look()
	w.want("dev", 0, 0)
	w.pass(20*time.Second, of("dev", "tickets.dev.1", 11))
	w.counter.End(t.Context()) // not worth a line
	w.want("dev", 0, 0)
	w.pass(10*time.Minute, of("dev", "tickets.dev.1", 12))
	w.counter.End(t.Context())
	w.want("dev", 2, 620)
}

// Run looks on and on, also after a failure, until it is ended.
func TestRun(t *testing.T) {
	w := newWorld(t)
	w.pass(0, of("dev", "tickets.dev.1", 1))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.counter.Run(ctx, time.Millisecond)
	}()
	looked := func() bool {
		w.counter.mu.Lock()
		defer w.counter.mu.Unlock()
		return !w.counter.at.IsZero()
	}
	for deadline := time.Now().Add(20 * time.Second); !looked() || w.state("dev").Total != 4; time.Sleep(time.Millisecond) {
		if looked() {
			w.mu.Lock()
			w.now, w.counters = w.now.Add(time.Second), []edgewire.Counter{of("dev", "tickets.dev.1", 5)}
			w.mu.Unlock()
		}
		if time.Now().After(deadline) {
			t.Fatalf("%+v", w.state("dev"))
		}
	}
	cancel()
	<-ended
}
