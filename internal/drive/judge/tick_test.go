package judge

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/judge"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/store"
	"slipway.dev/internal/wire/edgewire"
)

// unit makes a flow counter of requests, of which so many fail and are in each bucket.
func unit(deployment string, bounds []float64, errors uint64, buckets ...uint64) edgewire.FlowCounter {
	c := edgewire.FlowCounter{Flow: "purchase", Service: "tickets", Environment: "prod", Deployment: deployment, Bounds: bounds, Units: edgewire.Units{Errors: errors, Latency: buckets}}
	for _, n := range buckets {
		c.Units.Requests += n
	}
	return c
}

// early is read while a request is counted: all but its number.
func early(c edgewire.FlowCounter) edgewire.FlowCounter {
	c.Units.Requests = 3
	return c
}

// TestDifferences: each tick has what was counted since the one before, whatever becomes of
// the counters. What is read back knows the same as who wrote it.
func TestDifferences(t *testing.T) {
	t.Parallel()
	bounds, others := []float64{0.1, 1}, []float64{0.2, 1}
	n := func(n, errors uint64, slow ...uint64) judge.Counts {
		return judge.Counts{N: n, Errors: errors, Slow: slow}
	}
	r, again := newRecord("c"), newRecord("c")
	spec := deploy.JudgeSpec{Service: "tickets", Environment: "prod", Deployment: "c", Baseline: "b", New: []string{"c"}}
	flows := []judge.Flow{{Name: "purchase", Bounds: bounds}}
	for i, step := range []struct {
		why              string
		baseline         string
		seen             []edgewire.FlowCounter
		canary, compared judge.Counts
	}{
		{"the first look: of what was there before, nothing counts", "", []edgewire.FlowCounter{unit("c", bounds, 1, 2, 1, 1), unit("b", bounds, 7, 50, 0, 0)}, n(4, 1, 2, 1), judge.Counts{}},
		{"both had requests", "", []edgewire.FlowCounter{unit("c", bounds, 2, 3, 1, 2), unit("b", bounds, 7, 55, 5, 0)}, n(2, 1, 1, 1), n(10, 0, 5, 0)},
		{"of a flow's steps, the sum", "", []edgewire.FlowCounter{unit("c", bounds, 2, 3, 1, 2), unit("c", bounds, 3, 3, 0, 0), unit("b", bounds, 8, 56, 5, 0)}, n(3, 3, 0, 0), n(1, 1, 0, 0)},
		{"nothing new", "", []edgewire.FlowCounter{unit("c", bounds, 5, 6, 1, 2), unit("b", bounds, 8, 56, 5, 0)}, judge.Counts{}, judge.Counts{}},
		{"counters of others, and without units", "", []edgewire.FlowCounter{unit("c", bounds, 5, 6, 1, 2), unit("b", bounds, 8, 56, 5, 0), unit("x", bounds, 9, 9), {Flow: "purchase", Service: "tickets", Environment: "dev", Deployment: "c", Units: edgewire.Units{Requests: 9}}, {Flow: "purchase", Service: "tickets", Environment: "prod", Deployment: "c", Requests: 99}}, judge.Counts{}, judge.Counts{}},
		{"the edge lost its counters", "", []edgewire.FlowCounter{unit("c", bounds, 0, 2, 0, 0), unit("b", bounds, 1, 20, 1, 0)}, n(2, 0, 0, 0), n(21, 1, 1, 0)},
		{"it goes on from there", "", []edgewire.FlowCounter{unit("c", bounds, 1, 3, 0, 0), unit("b", bounds, 1, 22, 1, 0)}, n(1, 1, 0, 0), n(2, 0, 0, 0)},
		{"an error is told before its request", "", []edgewire.FlowCounter{early(unit("c", bounds, 2, 2, 1, 0)), unit("b", bounds, 1, 23, 1, 0)}, judge.Counts{}, n(1, 0, 0, 0)},
		{"and counts with it", "", []edgewire.FlowCounter{unit("c", bounds, 2, 4, 1, 0), unit("b", bounds, 1, 23, 1, 0)}, n(2, 1, 1, 0), judge.Counts{}},
		{"one side measures by other bounds: its latency is left out, and so is the other's", "", []edgewire.FlowCounter{unit("c", bounds, 2, 4, 2, 0), unit("b", others, 1, 24, 1, 0)}, n(1, 0), n(1, 0)},
		{"they agree again: from the next tick on it counts", "", []edgewire.FlowCounter{unit("c", bounds, 2, 4, 3, 0), unit("b", bounds, 1, 25, 1, 0)}, n(1, 0), n(1, 0)},
		{"now", "", []edgewire.FlowCounter{unit("c", bounds, 2, 4, 3, 1), unit("b", bounds, 1, 26, 1, 0)}, n(1, 0, 1, 1), n(1, 0, 0, 0)},
		{"it is compared with another that ran before", "d", []edgewire.FlowCounter{unit("c", bounds, 2, 5, 3, 1), unit("b", bounds, 1, 31, 1, 0), unit("d", bounds, 3, 30, 1, 0)}, n(1, 0, 0, 0), judge.Counts{}},
		{"which counts from there", "d", []edgewire.FlowCounter{unit("c", bounds, 2, 5, 3, 1), unit("d", bounds, 4, 31, 1, 0)}, judge.Counts{}, n(1, 1, 0, 0)},
	} {
		if step.baseline != "" {
			spec.Baseline = step.baseline
		}
		out, worth := r.next(spec, time.Duration(i)*time.Second, flows, edgewire.Counters{Flows: step.seen}, judge.Tick{})
		got := judge.Tick{Flow: "purchase"}
		for _, tick := range out.Ticks {
			got = tick
		}
		if diff := cmp.Diff(judge.Tick{Flow: "purchase", Canary: step.canary, Baseline: step.compared}, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", step.why, diff)
		}
		if !worth {
			if len(out.Ticks) > 0 || len(out.Totals) > 0 {
				t.Errorf("%s: it is not worth a tick", step.why)
			}
			continue
		}
		kept := store.Tick{Deployment: "c", Number: r.number + 1, Data: machine.Must(out)}
		for _, to := range []*record{r, again} {
			if err := to.take(kept); err != nil {
				t.Fatalf("%s: %v", step.why, err)
			}
		}
		for _, c := range []string{"c", spec.Baseline} {
			want := unitsOf(spec, edgewire.Counters{Flows: step.seen}, counter{c, "purchase"}, bounds)
			if !strings.Contains(step.why, "before its request") && !equal(again.totals[counter{c, "purchase"}], want) {
				t.Errorf("%s: the counter of %s is taken for %+v, it is %+v", step.why, c, again.totals[counter{c, "purchase"}], want)
			}
		}
	}
	if string(machine.Must(r.state)) != string(machine.Must(again.state)) || r.chain() != again.chain() {
		t.Error("who reads the ticks knows something else than who wrote them")
	}
}

// TestTimeGoesOn: a clock that goes back does not take the ticks along.
func TestTimeGoesOn(t *testing.T) {
	t.Parallel()
	r := newRecord("c")
	r.at = 9 * time.Second
	for at, want := range map[time.Duration]time.Duration{-time.Hour: 9 * time.Second, 3 * time.Second: 9 * time.Second, 10*time.Second + time.Microsecond: 10 * time.Second} {
		if out, _ := r.next(deploy.JudgeSpec{Deployment: "c"}, at, nil, edgewire.Counters{}, judge.Tick{}); out.T != want {
			t.Errorf("at %s the tick's time is %s, not %s", at, out.T, want)
		}
	}
}

// TestFailedRequests: users hit are never more than requests that failed, in however many
// flows a request counts.
func TestFailedRequests(t *testing.T) {
	t.Parallel()
	r := newRecord("c")
	spec := deploy.JudgeSpec{Service: "tickets", Environment: "prod", Deployment: "c", Baseline: "b", New: []string{"c"}}
	twice := unit("c", nil, 3, 5)
	twice.Flow = "search"
	seen := edgewire.Counters{Flows: []edgewire.FlowCounter{unit("c", nil, 3, 5), twice}, Counters: []edgewire.Counter{
		{Service: "tickets", Environment: "prod", Deployment: "c", Status: []uint64{0, 2, 0, 0, 2}, EdgeFailed: 1, Cut: 1},
		{Service: "tickets", Environment: "prod", Deployment: "b", Status: []uint64{0, 2, 0, 0, 9}}}}
	for _, want := range []uint64{4, 4, 5} {
		out, _ := r.next(spec, time.Second, []judge.Flow{{Name: "purchase"}, {Name: "search"}}, seen, judge.Tick{})
		if err := r.take(store.Tick{Deployment: "c", Number: r.number + 1, Data: machine.Must(out)}); err != nil {
			t.Fatal(err)
		}
		if got := r.says(spec).UsersHit; got != want {
			t.Errorf("%d users were hit, not %d", got, want)
		}
		if r.number >= 2 {
			seen.Counters[0].Status[4]++
		}
	}
}

// TestChain: the digest is of all ticks, not of the last alone.
func TestChain(t *testing.T) {
	t.Parallel()
	chains := map[string]bool{}
	for _, first := range []string{`{"t":0,"options":{}}`, `{"t":0,"options":{} }`} {
		r := newRecord("c")
		for i, data := range []string{first, `{"t":1}`} {
			if err := r.take(store.Tick{Deployment: "c", Number: int64(i + 1), Data: []byte(data)}); err != nil {
				t.Fatal(err)
			}
		}
		chains[r.chain()] = true
	}
	if len(chains) != 2 {
		t.Error("the first tick was changed, and the digest is the same")
	}
}
