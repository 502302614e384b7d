package people

import (
	"context"
	"slices"
	"sync"
	"time"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
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
	known := d.policy(ctx, -1)
	for {
		select {
		case <-tick.C:
			known = d.policy(ctx, known)
			d.Flush(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// policy suspects changes of what governs the gates since a step of it that is known, and
// gives the one that is known then. At first (-1) it only looks.
func (d *Driver) policy(ctx context.Context, known int64) int64 {
	s, step, err := engine.Load[config.PolicyState](ctx, d.Engine, config.PolicyID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return known // it is looked at again
	}
	if known >= 0 && step > known {
		d.Suspect(access.PolicyChanged, s.Last.Kind+" "+s.Last.Name)
	}
	return step
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
