package deploy

import (
	"flag"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"slipway.dev/internal/core/machine"
)

var (
	sequences = flag.Int("sequences", 100_000, "random sequences of events that the model test tries")
	seed      = flag.Uint64("seed", 1, "of the first random sequence")
)

// TestRandom drives lanes with random events: of a world that mostly does as it is told,
// of one that fails in every way, of people in a hurry, and of no sense at all.
func TestRandom(t *testing.T) {
	t.Parallel()
	var seen coverage
	var wait sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for n := range workers {
		wait.Go(func() {
			for i := n; i < *sequences && !t.Failed(); i += workers {
				s := *seed + uint64(i)
				w := &world{witness: newWitness(), rand: rand.New(rand.NewPCG(s, 0)), now: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)}
				if err := w.live(10 + w.rand.IntN(30)); err != nil {
					t.Errorf("-seed %d -sequences 1: %v\n%s", s, err, machine.Must(w.log))
				}
				seen.add(w)
			}
		})
	}
	wait.Wait()
	if *sequences >= 10_000 {
		seen.check(t)
	}
}

// coverage tells a model that tests from one that does nothing.
type coverage struct {
	sync.Mutex
	outcomes map[Phase]int
}

func (c *coverage) add(w *world) {
	c.Lock()
	defer c.Unlock()
	if c.outcomes == nil {
		c.outcomes = map[Phase]int{}
	}
	for _, row := range w.state.History {
		c.outcomes[row.Outcome]++
	}
	if a := w.state.Active; a != nil {
		c.outcomes[a.Phase]++
	}
}

func (c *coverage) check(t *testing.T) {
	t.Log(c.outcomes)
	for _, p := range []Phase{Preparing, Checking, Shifting, Observing, RollingBack, Held, RollbackFailed, Completed, Failed, RolledBack, Superseded, Aborted} {
		if c.outcomes[p] < 100 {
			t.Errorf("%s was seen %d times only", p, c.outcomes[p])
		}
	}
}
