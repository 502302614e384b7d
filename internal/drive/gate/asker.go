package gate

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/engine"
)

// Asker has the gates of waiting lanes evaluated: when a lane begins to wait, and again when
// something changed that may open its door, or shut it.
type Asker struct {
	book   *Book
	engine *engine.Engine
	log    *slog.Logger

	turn    sync.Mutex // is held by who is about to replace waiting
	mu      sync.Mutex
	waiting map[string]waiter // by lane; is replaced, never changed
	due     map[string]bool   // lanes to be asked for
	kick    chan struct{}
}

// waiter is a lane that stands at a door.
type waiter struct {
	deploy.GateSpec
	generation int64
	needs      []string // services that this one needs
}

// NewAsker makes an asker; Run and Follow must be started.
func NewAsker(b *Book, log *slog.Logger) *Asker {
	return &Asker{book: b, engine: b.Engine, log: log, due: map[string]bool{}, kick: make(chan struct{}, 1)}
}

// Reconcile takes the whole set of lanes that wait. A new one is asked for at once.
func (a *Asker) Reconcile(ctx context.Context, all []engine.Desired) error {
	a.turn.Lock()
	defer a.turn.Unlock()
	a.mu.Lock()
	before := a.waiting
	a.mu.Unlock()
	waiting, changed := make(map[string]waiter, len(all)), []string(nil)
	for _, d := range all {
		w, known := before[d.Machine]
		if !known || w.generation != d.Generation {
			w = waiter{generation: d.Generation}
			if err := json.Unmarshal(d.Spec, &w.GateSpec); err != nil {
				return fmt.Errorf("desired gate of %s: %w", d.Machine, err)
			}
			w.needs = a.book.needed(ctx, w.Service)
			changed = append(changed, d.Machine)
		}
		waiting[d.Machine] = w
	}
	a.mu.Lock()
	a.waiting = waiting
	for _, lane := range changed {
		a.due[lane] = true
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
	a.engine.Follow(ctx, "gates are asked for by their timers only,", a.everything, func(id string) { a.concern(ctx, id) })
}

// everything marks all lanes that wait: nobody has followed what happened so far.
func (a *Asker) everything() {
	a.mu.Lock()
	for lane := range a.waiting {
		a.due[lane] = true
	}
	a.mu.Unlock()
	a.poke()
}

// concern marks the lanes whose gate may stand differently now that a machine has changed.
func (a *Asker) concern(ctx context.Context, id string) {
	a.mu.Lock()
	waiting := a.waiting
	a.mu.Unlock()
	var concerned []string
	if lane, ok := laneOfTask(id); ok {
		if w := waiting[lane]; slices.ContainsFunc(w.Waiting, func(d string) bool { return id == task.MachineID(d) }) {
			concerned = []string{lane}
		}
	} else if matters[machine.Kind(id)] {
		for lane, w := range waiting {
			if lane != id && w.concerned(id) {
				concerned = append(concerned, lane)
			}
		}
	}
	if len(concerned) == 0 {
		return
	}
	a.mu.Lock()
	for _, lane := range concerned {
		a.due[lane] = true
	}
	a.mu.Unlock()
	if strings.HasPrefix(id, config.ResourceID(manifest.KindService, "")) {
		a.again(ctx, concerned)
	}
	a.poke()
}

// again looks up anew what the services of some lanes need.
func (a *Asker) again(ctx context.Context, lanes []string) {
	a.turn.Lock()
	defer a.turn.Unlock()
	a.mu.Lock()
	waiting := maps.Clone(a.waiting)
	a.mu.Unlock()
	for _, lane := range lanes {
		if w, ok := waiting[lane]; ok {
			w.needs = a.book.needed(ctx, w.Service)
			waiting[lane] = w
		}
	}
	a.mu.Lock()
	a.waiting = waiting
	a.mu.Unlock()
}

// matters has the kinds of machines whose change may matter to lanes that wait, besides tasks.
var matters = map[string]bool{"resource": true, "policy": true, "access": true, "secret": true, "glass": true, "train": true,
	"lease": true, "release": true, "deploy": true, "slo": true}

// laneOfTask gives the lane whose deployment an approval task is named after.
func laneOfTask(id string) (lane string, ok bool) {
	name, ok := strings.CutPrefix(id, "task/")
	parts := strings.Split(name, ".")
	if !ok || len(parts) != 3 {
		return "", false
	}
	return deploy.MachineID(parts[0], parts[1]), true
}

// concerned says whether a change of a machine may matter to a lane that waits.
func (w waiter) concerned(id string) bool {
	kind, rest, _ := strings.Cut(id, "/")
	first, second, _ := strings.Cut(rest, "/")
	switch kind {
	case "resource":
		return config.Governs(first) || first == manifest.KindFlow || first == manifest.KindService && second == w.Service
	case "lease":
		return rest == w.Environment
	case "slo": // of whichever flow: they change seldom, and a service may be in any
		return first == w.Environment
	case "glass":
		return rest == w.Service+"."+w.Environment
	case "release":
		return first == w.Service
	case "deploy": // the lanes of the environments before, and of services that it needs
		return first == w.Service || second == w.Environment && slices.Contains(w.needs, first)
	}
	return true
}

// Run asks for the lanes that are due, until ctx ends.
func (a *Asker) Run(ctx context.Context) {
	for {
		select {
		case <-a.kick:
		case <-ctx.Done():
			return
		}
		var asking sync.WaitGroup
		room := make(chan struct{}, together)
		for _, lane := range a.take() {
			room <- struct{}{}
			asking.Go(func() {
				a.ask(ctx, lane)
				<-room
			})
		}
		asking.Wait()
	}
}

// together is how many lanes are asked for at once: they share commits.
const together = 64

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
