package gate

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/engine"
)

// Asker has the gates of waiting lanes evaluated: when a lane begins to wait, and again when
// something changed that may open its door, or shut it.
type Asker struct {
	engine *engine.Engine
	log    *slog.Logger

	mu      sync.Mutex
	waiting map[string]waiter // by lane
	due     map[string]bool   // lanes to be asked for
	kick    chan struct{}
}

// waiter is a lane that stands at a door.
type waiter struct {
	deploy.GateSpec
	generation int64
}

// NewAsker makes an asker; Run and Follow must be started.
func NewAsker(e *engine.Engine, log *slog.Logger) *Asker {
	return &Asker{engine: e, log: log, due: map[string]bool{}, kick: make(chan struct{}, 1)}
}

// Reconcile takes the whole set of lanes that wait. A new one is asked for at once.
func (a *Asker) Reconcile(_ context.Context, all []engine.Desired) error {
	waiting := make(map[string]waiter, len(all))
	for _, d := range all {
		w := waiter{generation: d.Generation}
		if err := json.Unmarshal(d.Spec, &w.GateSpec); err != nil {
			return fmt.Errorf("desired gate of %s: %w", d.Machine, err)
		}
		waiting[d.Machine] = w
	}
	a.mu.Lock()
	before := a.waiting
	a.waiting = waiting
	for lane, w := range waiting {
		if old, ok := before[lane]; !ok || old.generation != w.generation {
			a.due[lane] = true
		}
	}
	a.mu.Unlock()
	a.poke()
	return nil
}

func (a *Asker) poke() {
	select {
	case a.kick <- struct{}{}:
	default:
	}
}

// Follow looks at what happens, until ctx ends, and has those lanes asked for again that it
// may concern.
func (a *Asker) Follow(ctx context.Context) {
	position, err := a.engine.Await(ctx, -1)
	for err == nil {
		for entry, fail := range a.engine.Watch(ctx, position) {
			if err = fail; err != nil {
				break
			}
			position = entry.Seq
			a.concern(entry.Machine)
		}
		if err != nil && ctx.Err() == nil {
			a.log.Warn("the journal cannot be followed; gates are asked for by their timers only, until it can", "err", err)
			if err = nil; !pause(ctx, time.Second) {
				return
			}
		}
	}
}

// concern marks the lanes whose gate may stand differently now that a machine has changed.
func (a *Asker) concern(id string) {
	a.mu.Lock()
	any := false
	for lane, w := range a.waiting {
		if lane != id && w.concerned(id) {
			a.due[lane] = true
			any = true
		}
	}
	a.mu.Unlock()
	if any {
		a.poke()
	}
}

// concerned says whether a change of a machine may matter to a lane that waits.
func (w waiter) concerned(id string) bool {
	kind, rest, _ := strings.Cut(id, "/")
	switch kind {
	case "resource", "policy", "access", "person", "secret", "glass", "train":
		return true
	case "task":
		return slices.ContainsFunc(w.Waiting, func(d string) bool { return id == task.MachineID(d) })
	case "lease":
		return rest == w.Environment
	case "release":
		return strings.HasPrefix(rest, w.Service+"/")
	case "deploy":
		service, environment, _ := strings.Cut(rest, "/")
		return service == w.Service || environment == w.Environment
	}
	return false
}

// Run asks for the lanes that are due, until ctx ends.
func (a *Asker) Run(ctx context.Context) {
	for {
		select {
		case <-a.kick:
		case <-ctx.Done():
			return
		}
		for _, lane := range a.take() {
			a.ask(ctx, lane)
		}
	}
}

func (a *Asker) take() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var lanes []string
	for lane := range a.due {
		if _, ok := a.waiting[lane]; ok {
			lanes = append(lanes, lane)
		}
	}
	clear(a.due)
	slices.Sort(lanes)
	return lanes
}

// ask brings the event that the lane takes with fresh facts. That it changes nothing is
// said by a refusal, which is fine.
func (a *Asker) ask(ctx context.Context, lane string) {
	_, err := a.engine.Submit(ctx, engine.To{Machine: lane, Event: machine.Event{Type: deploy.EventAsked, Actor: machine.System("gate")}})
	if err == nil || ctx.Err() != nil || fault.Is(err, fault.Refused) {
		return
	}
	a.log.Warn("a gate could not be evaluated; it is tried again", "lane", lane, "err", err)
	time.AfterFunc(retry, func() {
		a.mu.Lock()
		a.due[lane] = true
		a.mu.Unlock()
		a.poke()
	})
}

// retry is how long after a failure a gate is evaluated again.
const retry = 2 * time.Second

// pause waits, and says whether to go on.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
