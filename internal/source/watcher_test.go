package source

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"
)

func TestDelay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		interval time.Duration
		failures int
		random   float64
		want     time.Duration
	}{
		{10 * time.Second, 0, 0.5, 10 * time.Second},
		{10 * time.Second, 0, 0, 9 * time.Second},
		{10 * time.Second, 1, 0.5, 20 * time.Second},
		{10 * time.Second, 3, 0.5, 80 * time.Second},
		{10 * time.Second, 5, 0.5, MaxInterval},
		{10 * time.Second, 5000, 0.5, MaxInterval},
		{10 * time.Minute, 0, 0.5, 10 * time.Minute},
		{10 * time.Minute, 9, 0.5, 10 * time.Minute},
	} {
		if got := delay(c.interval, c.failures, c.random); got.Round(time.Millisecond) != c.want {
			t.Errorf("delay(%v, %d, %v) = %v, want %v", c.interval, c.failures, c.random, got, c.want)
		}
	}
}

// stage is a watcher whose time passes only when the test says so.
type stage struct {
	*Watcher
	polled chan string
	timers chan chan time.Time
	fail   atomic.Bool
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{polled: make(chan string), timers: make(chan chan time.Time, 100)}
	s.Watcher = NewWatcher(func(ctx context.Context, w Watch) error {
		select {
		case s.polled <- w.Name + " " + w.Remote.Branch:
		case <-ctx.Done():
		}
		if s.fail.Load() {
			return errors.New("down")
		}
		return ctx.Err()
	}, slog.New(slog.DiscardHandler))
	s.after = func(time.Duration) <-chan time.Time {
		c := make(chan time.Time, 1)
		s.timers <- c
		return c
	}
	t.Cleanup(s.Close)
	return s
}

func (s *stage) want(t *testing.T, name string) {
	t.Helper()
	select {
	case got := <-s.polled:
		if got != name {
			t.Fatalf("%s was looked at, want %s", got, name)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("%s was not looked at", name)
	}
}

func TestWatcher(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	main := Watch{Name: "shop", Remote: Remote{URL: "/srv/shop", Branch: "main"}}
	s.Set([]Watch{main})
	s.want(t, "shop main")
	(<-s.timers) <- time.Time{} // its interval is over
	s.want(t, "shop main")
	<-s.timers
	s.Set([]Watch{main}) // nothing changed: no look
	if !s.Kick("shop") || s.Kick("other") {
		t.Error("Kick does not tell what is watched")
	}
	s.want(t, "shop main")
	s.fail.Store(true)
	(<-s.timers) <- time.Time{}
	s.want(t, "shop main")
	s.fail.Store(false)
	(<-s.timers) <- time.Time{} // it goes on after a failure
	s.want(t, "shop main")
	<-s.timers
	next := main
	next.Remote.Branch = "next"
	s.Set([]Watch{next})
	s.want(t, "shop next")
	<-s.timers
	s.Set(nil)
	if s.Kick("shop") {
		t.Error("it is still watched")
	}
}

func TestKicksDuringALookAreOneMoreLook(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.Set([]Watch{{Name: "shop"}})
	for range 5 {
		s.Kick("shop") // the first look waits for us
	}
	s.want(t, "shop ")
	<-s.timers
	s.want(t, "shop ")
	<-s.timers
	select {
	case got := <-s.polled:
		t.Errorf("one look more: %s", got)
	default:
	}
}

func TestCloseEndsALookUnderWay(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.Set([]Watch{{Name: "a"}, {Name: "b"}})
	s.Close()
	s.Set([]Watch{{Name: "c"}})
	if s.Kick("c") {
		t.Error("a closed watcher watches")
	}
}
