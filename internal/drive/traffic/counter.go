// Package traffic brings what the edge counts to the machines of core/traffic: for each
// environment how many requests there were since the last look, once an hour and at the end.
package traffic

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/traffic"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/wire/edgewire"
)

// Engine is what the driver needs of the engine.
type Engine interface {
	Submit(ctx context.Context, to ...engine.To) (engine.Receipt, error)
	Now() time.Time
}

// Edge counts requests.
type Edge interface {
	Counters(ctx context.Context) (edgewire.Counters, error)
}

// Deps are what a counter needs.
type Deps struct {
	Engine Engine
	Edge   Edge
	// Environments gives those that are in force: of others nobody needs to know.
	Environments func(ctx context.Context) ([]string, error)
	Log          *slog.Logger
}

// Counter brings what was counted. It may be used by several goroutines.
type Counter struct {
	Deps
	mu   sync.Mutex
	at   time.Time // of the last look; zero: there was none
	last map[key]uint64
}

// key names what the edge counts for itself.
type key struct{ service, environment, release, deployment string }

// New makes a counter; Run must be started.
func New(d Deps) *Counter { return &Counter{Deps: d} }

// again is how long to wait after a look that came to nothing.
const again = time.Minute

// Run looks whenever an interval of the clock is over (an hour: at each full hour), until ctx
// ends. It begins with a look, from which on it counts.
func (c *Counter) Run(ctx context.Context, interval time.Duration) {
	for {
		now := c.Engine.Now()
		wait := now.Truncate(interval).Add(interval).Sub(now)
		if err := c.Look(ctx); err != nil {
			if ctx.Err() != nil {
				return
			}
			c.Log.Warn("traffic cannot be counted; it is tried again", "err", err)
			wait = min(wait, again)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// least is the shortest span that is worth a line in the journal when the program ends.
const least = time.Minute

// End brings what was counted since the last look, before the engine stops. What cannot be
// brought any more is missing from the counts, as is the time in which it came.
func (c *Counter) End(ctx context.Context) {
	c.mu.Lock()
	at := c.at
	c.mu.Unlock()
	if at.IsZero() || c.Engine.Now().Sub(at) < least {
		return
	}
	if err := c.Look(ctx); err != nil {
		c.Log.Info("the last requests are not in the counts of traffic", "err", err)
	}
}

// Look reads the edge's counters and brings what came since the last look. After an error
// the next look brings that, too.
func (c *Counter) Look(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	counters, err := c.Edge.Counters(ctx)
	if err != nil {
		return err
	}
	now, counts := c.Engine.Now(), countsOf(counters.Counters)
	if !c.at.IsZero() && now.Sub(c.at) <= traffic.Longest { // a machine that slept does not know when they came
		if err := c.bring(ctx, c.at, now, since(c.last, counts)); err != nil {
			return err
		}
	}
	c.at, c.last = now, counts
	return nil
}

func (c *Counter) bring(ctx context.Context, from, to time.Time, requests map[string]uint64) error {
	environments, err := c.Environments(ctx)
	if err != nil {
		return err
	}
	var events []engine.To
	for _, name := range environments {
		n, serves := requests[name]
		if !serves {
			continue // what serves nothing is not quiet
		}
		events = append(events, engine.To{Machine: traffic.MachineID(name), Event: machine.Event{
			Type: traffic.EventCounted, Actor: machine.System("traffic"),
			Data: machine.Must(traffic.Counted{Environment: name, From: from, To: to, Requests: n})}})
	}
	if len(events) == 0 || !from.Before(to) {
		return nil
	}
	_, err = c.Engine.Submit(ctx, events...)
	if fault.Is(err, fault.Refused) { // it was written although that seemed to fail; or another one counted
		c.Log.Warn("some requests are not in the counts of traffic", "err", err)
		return nil
	}
	return err
}

func countsOf(all []edgewire.Counter) map[key]uint64 {
	counts := make(map[key]uint64, len(all))
	for _, c := range all {
		counts[key{c.Service, c.Environment, c.Release, c.Deployment}] += c.Requests
	}
	return counts
}

// since gives what came between two looks, by environment. Where there is less than before,
// the edge began anew: all that it has came since.
func since(before, now map[key]uint64) map[string]uint64 {
	requests := map[string]uint64{}
	for k, n := range now {
		if had := before[k]; had <= n {
			n -= had
		}
		requests[k.environment] += n
	}
	return requests
}
