package gate_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
)

var (
	sequences = flag.Int("sequences", 1_000_000, "random sequences of events that the model test tries")
	seed      = flag.Uint64("seed", 1, "of the first of them")
)

// The last two events of a sequence fork: nine have what comes before in common, and it is
// done once.
const (
	forking = 2
	forks   = 3
)

// TestModel drives lane and gate with random sequences of what people, platform, releases,
// time and crashes do, facts on their way included, against a plain model of the door: no
// release begins in the environment unless all that its gate asks for holds at that commit,
// or its glass is broken, or it goes back to what was completed here and is not revoked.
func TestModel(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(800)) // little is kept, and much is thrown away
	n := *sequences
	if testing.Short() {
		n = min(n, 50_000)
	}
	seen, broken := try(n, *seed, honest)
	for _, b := range broken {
		t.Error(b)
	}
	t.Logf("%d sequences of events; what they came to: %s", seen.sequences, seen)
	if n >= 50_000 {
		seen.check(t, n)
	}
}

// TestModelCatches has the model find each way of going wrong that it knows. A model that
// does not would find nothing in TestModel either.
func TestModelCatches(t *testing.T) {
	for _, wrong := range wrongs {
		t.Run(string(wrong), func(t *testing.T) {
			t.Parallel()
			if _, broken := try(200_000, *seed, wrong); len(broken) == 0 {
				t.Error("200000 sequences found nothing wrong")
			}
		})
	}
}

// try runs sequences on all processors until one breaks the promise.
func try(n int, seed uint64, how wrong) (*tally, []string) {
	seen := &tally{}
	var broken []string
	var mu sync.Mutex
	var wait sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), n)
	for w := range workers {
		wait.Go(func() {
			mine := &tally{}
			for i := w; mine.sequences*workers < n && len(mine.broken) == 0; i += workers {
				live(seed+uint64(i), how, mine)
			}
			mu.Lock()
			defer mu.Unlock()
			seen.add(mine)
			broken = append(broken, mine.broken...)
		})
	}
	wait.Wait()
	return seen, broken
}

// live runs sequences of six to twelve events that begin alike.
func live(seed uint64, how wrong, seen *tally) {
	r := rand.New(rand.NewPCG(seed, 0))
	w := begin(r, how, seen)
	for range 6 - forking + r.IntN(7) {
		w.happen(r)
	}
	w.desires()
	w.fork(r, forking)
	for _, b := range w.seen.broken {
		if !strings.HasPrefix(b, "-seed") {
			w.seen.broken = []string{fmt.Sprintf("-seed %d -sequences 1: %s", seed, b)}
		}
	}
}

func (w *world) fork(r *rand.Rand, left int) {
	if left == 0 {
		w.seen.sequences++
		return
	}
	for range forks {
		other := *w // nothing in a world is changed in place
		other.happen(r)
		other.fork(r, left-1)
	}
}

// tally tells a model that tests from one that does nothing.
type tally struct {
	sequences int
	count     [outcomes]int
	broken    []string
}

// What a step can come to.
const (
	byGate = iota
	byGlass
	byRollback
	byExpedite
	byFix
	afterTime
	stale
	refused
	rebound
	crashed
	completed
	outcomes
)

var outcomeNames = [outcomes]string{"let in", "let in by broken glass", "gone back", "let in expedited", "let in as the fix", "let in at its time", "stale", "refused", "bound anew", "crashed", "completed"}

func (a *tally) add(b *tally) {
	a.sequences += b.sequences
	for i, n := range b.count {
		a.count[i] += n
	}
}

func (a *tally) String() string {
	var parts []string
	for i, n := range a.count {
		parts = append(parts, fmt.Sprintf("%d %s", n, outcomeNames[i]))
	}
	return strings.Join(parts, ", ")
}

func (a *tally) check(t *testing.T, n int) {
	for i, count := range a.count {
		if count < n/5000 {
			t.Errorf("only %d were %s", count, outcomeNames[i])
		}
	}
}
