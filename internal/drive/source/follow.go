package source

import (
	"context"
	"math/rand/v2"
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/source"
)

// follow looks at a source again and again until ctx ends. After failures it waits ever
// longer, unless it is kicked.
func (d *Driver) follow(ctx context.Context, w *watch) {
	failures := 0
	for ctx.Err() == nil {
		if err := d.Look(ctx, w.spec); err == nil {
			failures = 0
		} else if ctx.Err() == nil {
			failures++
			d.Log.Warn("a source cannot be looked at", "source", w.spec.Name, "err", err)
		}
		select {
		case <-ctx.Done():
		case <-w.kick:
			failures = 0
		case <-time.After(pause(w.spec, failures)):
		}
	}
}

// pause is the time until the next look, with a tenth of jitter so that many sources do not
// fall into step.
func pause(spec config.SourceSpec, failures int) time.Duration {
	interval := spec.Interval
	if interval <= 0 {
		interval = remoteInterval
		if (source.Remote{URL: spec.URL}).Local() {
			interval = localInterval
		}
	}
	longest := max(interval, maxInterval)
	for range min(failures, 16) {
		interval = min(2*interval, longest)
	}
	return interval - interval/10 + rand.N(interval/5+1)
}
