package source

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"reflect"
	"sync"
	"time"
)

// How often sources are looked at.
const (
	LocalInterval  = 5 * time.Second  // of a repository on this machine
	RemoteInterval = 30 * time.Second //
	MaxInterval    = 5 * time.Minute  // when it fails again and again
)

// concurrentPolls bounds how many sources are looked at at once.
const concurrentPolls = 4

// Watch is a source to be looked at.
type Watch struct {
	Name     string
	Remote   Remote
	Interval time.Duration // 0: LocalInterval or RemoteInterval
}

func (w Watch) interval() time.Duration {
	switch {
	case w.Interval > 0:
		return w.Interval
	case w.Remote.Local():
		return LocalInterval
	}
	return RemoteInterval
}

// Watcher looks at sources from time to time, and at once when it is kicked: at each with
// back-off when that fails, and never at the same one twice at a time.
type Watcher struct {
	poll  func(context.Context, Watch) error
	log   *slog.Logger
	slots chan struct{}
	after func(time.Duration) <-chan time.Time // time.After, but for tests

	mu      sync.Mutex
	watched map[string]*watched
	closed  bool
	running sync.WaitGroup
}

type watched struct {
	watch Watch
	stop  context.CancelFunc
	kick  chan struct{} // holds one: kicks while it is looked at are one more look
}

// NewWatcher makes a watcher that calls poll. It watches nothing until Set.
func NewWatcher(poll func(context.Context, Watch) error, log *slog.Logger) *Watcher {
	return &Watcher{poll: poll, log: log, slots: make(chan struct{}, concurrentPolls), after: time.After, watched: map[string]*watched{}}
}

// Set says what is to be watched: all of it. New ones, and those that changed, are looked
// at at once; those that are left out are not looked at any more when Set returns, though
// a look that is under way may still be ending.
func (w *Watcher) Set(watches []Watch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return
	}
	wanted := map[string]Watch{}
	for _, watch := range watches {
		wanted[watch.Name] = watch
	}
	for name, old := range w.watched {
		if now, ok := wanted[name]; !ok || !reflect.DeepEqual(now, old.watch) {
			old.stop()
			delete(w.watched, name)
		}
	}
	for name, watch := range wanted {
		if w.watched[name] == nil {
			w.start(watch)
		}
	}
}

// start watches; the caller holds the lock.
func (w *Watcher) start(watch Watch) {
	ctx, stop := context.WithCancel(context.Background())
	one := &watched{watch: watch, stop: stop, kick: make(chan struct{}, 1)}
	w.watched[watch.Name] = one
	w.running.Go(func() { w.run(ctx, one) })
}

// Kick has a source looked at at once. It says whether it is watched at all.
func (w *Watcher) Kick(name string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	one := w.watched[name]
	if one == nil {
		return false
	}
	select {
	case one.kick <- struct{}{}:
	default:
	}
	return true
}

// Close stops watching and waits until no look is under way.
func (w *Watcher) Close() {
	w.mu.Lock()
	w.closed = true
	for name, one := range w.watched {
		one.stop()
		delete(w.watched, name)
	}
	w.mu.Unlock()
	w.running.Wait()
}

func (w *Watcher) run(ctx context.Context, one *watched) {
	failures := 0
	for {
		if err := w.look(ctx, one.watch); ctx.Err() != nil {
			return
		} else if err != nil {
			failures++
			w.log.Warn("cannot look at the source", "source", one.watch.Name, "failures", failures, "error", err)
		} else {
			failures = 0
		}
		select {
		case <-ctx.Done():
			return
		case <-one.kick:
		case <-w.after(delay(one.watch.interval(), failures, rand.Float64())):
		}
	}
}

func (w *Watcher) look(ctx context.Context, watch Watch) error {
	select {
	case w.slots <- struct{}{}:
		defer func() { <-w.slots }()
		return w.poll(ctx, watch)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// delay is the time until the next look: the interval, doubled for each failure in a row
// up to MaxInterval, and spread by a tenth in both directions. random is in [0, 1).
func delay(interval time.Duration, failures int, random float64) time.Duration {
	for range failures {
		if interval >= MaxInterval/2 {
			interval = max(interval, MaxInterval)
			break
		}
		interval *= 2
	}
	return time.Duration(float64(interval) * (0.9 + 0.2*random))
}
