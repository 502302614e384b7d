package deploy

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/glass"
	"slipway.dev/internal/core/lease"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/core/trigger"
)

var (
	sequences = flag.Int("sequences", usual(), "random sequences of events that the model test tries")
	seed      = flag.Uint64("seed", 1, "of the first random sequence")
)

// usual is few enough for every run; the heavy suite tries the many that find what is rare.
func usual() int {
	if os.Getenv("SLIPWAY_HEAVY") != "" {
		return 100_000
	}
	return 6_000
}

// TestRandom drives lanes with random events: of a world that mostly does as it is told,
// of one that fails in every way, of people in a hurry, and of no sense at all.
func TestRandom(t *testing.T) {
	t.Parallel()
	defer debug.SetGCPercent(debug.SetGCPercent(800)) // little is kept, and much is thrown away
	var seen coverage
	past := settledLane(t)
	var wait sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for n := range workers {
		wait.Go(func() {
			for i := n; i < *sequences && !t.Failed(); i += workers {
				s := *seed + uint64(i)
				w := &world{rand: rand.New(rand.NewPCG(s, 0)), witness: newWitness(), now: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)}
				if s%2 == 0 { // half of the lanes have a past
					w.witness, w.order, w.now = past.copy(), 3, time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC)
				}
				w.flows = s%4 == 1
				w.every = s%101 == 0
				steps := 5 + w.rand.IntN(20)
				if w.judges = s%4 == 0; w.judges {
					steps += 15
				}
				if err := w.live(steps); err != nil {
					t.Errorf("-seed %d -sequences 1: %v\n%s", s, err, machine.Must(w.log))
				}
				seen.add(w)
			}
		})
	}
	wait.Wait()
	if *sequences >= 20_000 {
		seen.check(t)
	}
}

// settledLane has completed three releases; two of them are warm.
func settledLane(t *testing.T) *witness {
	w := newWitness()
	for n := range 3 {
		r := Request{Service: "s", Environment: "e", Release: fmt.Sprint("r", n+1), Artifact: "a", Commit: fmt.Sprint("c", n+10), Order: int64(n + 1), Config: "k",
			Rollout: config.Rollout{Replicas: 2, Strategy: config.Strategy{Kind: "blueGreen"}, Rollback: config.Rollback{Errors: 0.1, Minimum: 5, Warm: time.Hour, Keep: 3}}}
		ask := event(EventAsked, nil)
		p := Pending{Request: r, Deployment: fmt.Sprintf("s.e.%d", n+1)}
		ask.Facts = machine.Must(letIn(State{Service: "s", Environment: "e", Queue: []Pending{p}}))
		events := []machine.Event{event(EventRequested, r), ask}
		for i := range 2 {
			events = append(events, event(EventInstance, Instance{ID: fmt.Sprintf("s.e.%d.%d", n+1, i), State: stateHealthy, Address: "x"}))
		}
		events = append(events, event(EventRouted, Routed{int64(n + 1)}),
			event(machine.Timer, machine.Alarm{Key: fmt.Sprintf("s.e.%d.observe.0.%d", n+1, n+1)}))
		for _, e := range events {
			e.At = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
			if refused, broken := w.step(e); refused != nil || broken != nil {
				t.Fatal(e.Type, refused, broken)
			}
		}
	}
	return w
}

// coverage tells a model that tests from one that does nothing.
type coverage struct {
	sync.Mutex
	outcomes map[Phase]int
	sent     map[string]int // messages, by type

	judged, undecided, sentBack int

	workflows map[Phase]int
}

func (c *coverage) add(w *world) {
	c.Lock()
	defer c.Unlock()
	if c.outcomes == nil {
		c.outcomes, c.sent, c.workflows = map[Phase]int{}, map[string]int{}, map[Phase]int{}
	}
	c.addJudged(w)
	for kind, n := range w.sent {
		c.sent[kind] += n
	}
	for _, row := range w.state.History {
		c.outcomes[row.Outcome]++
		if row.Strategy == config.Activate {
			c.workflows[row.Outcome]++
		}
	}
	if a := w.state.Active; a != nil {
		c.outcomes[a.Phase]++
	}
}

func (c *coverage) check(t *testing.T) {
	t.Log(c.outcomes, c.workflows, c.sent, c.judged, c.undecided, c.sentBack)
	c.checkJudged(t.Errorf)
	for _, kind := range []string{lease.EventTaken, lease.EventGiven, glass.EventUsed, task.EventOpened, task.EventRebound, task.EventClosed, EventMember, trigger.EventFired} {
		if c.sent[kind] < 100 {
			t.Errorf("%s was sent %d times only", kind, c.sent[kind])
		}
	}
	for _, p := range []Phase{Completed, Failed, RolledBack, Superseded, Aborted} {
		if c.workflows[p] < 100 {
			t.Errorf("%s was seen %d times only of a workflow", p, c.workflows[p])
		}
	}
	for _, p := range []Phase{Preparing, Checking, Shifting, Observing, RollingBack, Held, RollbackFailed, Completed, Failed, RolledBack, Superseded, Aborted} {
		if c.outcomes[p] < 100 {
			t.Errorf("%s was seen %d times only", p, c.outcomes[p])
		}
	}
}
