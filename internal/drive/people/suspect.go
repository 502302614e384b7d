package people

import (
	"context"
	"slices"
	"sync"
	"time"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
)

// suspectEvery is how often suspicions go into the journal at most, and mostNamed how many
// of those concerned are named: a flood of bad sign-ins must not flood it.
const (
	suspectEvery = time.Second
	mostNamed    = 5
)

// suspects gathers what is suspected until it is told.
type suspects struct {
	mu  sync.Mutex
	all map[access.Suspicion]access.Suspected
}

// Suspect notes something that may be an attack if it happens often. It does not wait.
func (d *Driver) Suspect(kind access.Suspicion, who string) {
	d.suspects.mu.Lock()
	defer d.suspects.mu.Unlock()
	if d.suspects.all == nil {
		d.suspects.all = map[access.Suspicion]access.Suspected{}
	}
	s := d.suspects.all[kind]
	s.Kind = kind
	s.Count++
	if who = clip(who); who != "" && len(s.Who) < mostNamed && !slices.Contains(s.Who, who) {
		s.Who = append(s.Who, who)
	}
	d.suspects.all[kind] = s
}

// Run tells the watch what is suspected, until ctx ends.
func (d *Driver) Run(ctx context.Context) {
	tick := time.NewTicker(suspectEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			d.Flush(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// Flush tells the watch now.
func (d *Driver) Flush(ctx context.Context) {
	d.suspects.mu.Lock()
	all := d.suspects.all
	d.suspects.all = nil
	d.suspects.mu.Unlock()
	var events []engine.To
	for _, s := range all {
		events = append(events, to(machine.System("slipway"), access.WatchID, access.EventSuspected, s))
	}
	if len(events) == 0 {
		return
	}
	if _, err := d.Engine.Submit(ctx, events...); err != nil && ctx.Err() == nil {
		d.Log.ErrorContext(ctx, "what may be an attack was not written down", "err", err)
	}
}
