package deploy

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/wire/edgewire"
)

// Watcher brings the edge's counters to the lanes that ask for them.
type Watcher struct {
	Deps
	mu   sync.Mutex
	want map[string]deploy.WatchSpec // by lane
	kick chan struct{}
}

// NewWatcher makes a watcher; Run must be started.
func NewWatcher(d Deps) *Watcher {
	return &Watcher{Deps: d, kick: make(chan struct{}, 1)}
}

// Reconcile takes the whole set of watches.
func (w *Watcher) Reconcile(_ context.Context, all []engine.Desired) error {
	want := make(map[string]deploy.WatchSpec, len(all))
	for _, d := range all {
		var spec deploy.WatchSpec
		if err := json.Unmarshal(d.Spec, &spec); err != nil {
			return fmt.Errorf("desired watch of %s: %w", d.Machine, err)
		}
		want[d.Machine] = spec
	}
	w.mu.Lock()
	w.want = want
	w.mu.Unlock()
	select {
	case w.kick <- struct{}{}:
	default:
	}
	return nil
}

// Run looks at the counters every interval while anybody asks for them, until ctx ends. What
// has not changed since the last look is not brought again: it would only fill the journal.
func (w *Watcher) Run(ctx context.Context, interval time.Duration) {
	last := map[string][]deploy.Count{}
	for {
		w.mu.Lock()
		want := w.want
		w.mu.Unlock()
		if len(want) == 0 {
			clear(last)
			select {
			case <-ctx.Done():
				return
			case <-w.kick:
				continue
			}
		}
		w.look(ctx, want, last)
		select {
		case <-ctx.Done():
			return
		case <-time.After(interval):
		}
	}
}

func (w *Watcher) look(ctx context.Context, want map[string]deploy.WatchSpec, last map[string][]deploy.Count) {
	counters, err := w.Edge.Counters(ctx)
	if err != nil {
		if ctx.Err() == nil {
			w.Log.Warn("the edge's counters are not to be had", "err", err)
		}
		return
	}
	// Whoever asks anew is told anew, even if nothing has changed since.
	maps.DeleteFunc(last, func(lane string, _ []deploy.Count) bool { _, asked := want[lane]; return !asked })
	for lane, spec := range want {
		counts := countsOf(spec, counters.Counters)
		if slices.Equal(counts, last[lane]) {
			continue
		}
		if err := w.submit(ctx, lane, deploy.EventTraffic, deploy.Traffic{Counts: counts}); err == nil {
			last[lane] = counts
		} else if ctx.Err() == nil {
			w.Log.Warn("what the edge counted could not be written; it is brought again", "lane", lane, "err", err)
		}
	}
}

// countsOf picks a lane's deployments out of all counters, in the order asked for. One that
// the edge has not counted yet has had no request.
func countsOf(spec deploy.WatchSpec, all []edgewire.Counter) []deploy.Count {
	counts := make([]deploy.Count, len(spec.Deployments))
	for i, name := range spec.Deployments {
		counts[i].Deployment = name
		for _, c := range all {
			if c.Deployment == name && c.Service == spec.Service && c.Environment == spec.Environment {
				counts[i].Requests += c.Requests
				counts[i].Errors += c.EdgeFailed
				if len(c.Status) > 4 {
					counts[i].Errors += c.Status[4]
				}
			}
		}
	}
	return counts
}
