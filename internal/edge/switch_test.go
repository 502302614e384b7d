package edge_test

import (
	"fmt"
	"testing"
	"time"

	"slipway.dev/internal/loadgen"
)

func startLoad(t *testing.T, e *testEdge, rate float64, clients int) *loadgen.Load {
	t.Helper()
	return loadgen.Start(t.Context(), loadgen.Options{
		Address: e.http(), Clients: clients, Rate: rate, Timeout: patience, Next: loadgen.Mix("shop.localhost", 1.0/3, "/", "/a", "/b?c=d"),
	})
}

// stopLoad wants that nothing failed and that the edge counted just what was sent.
func stopLoad(t *testing.T, e *testEdge, l *loadgen.Load) {
	t.Helper()
	r := l.Stop()
	if r.Failed > 0 || r.AppErrors > 0 || r.Requests == 0 {
		t.Errorf("of %d requests %d failed: %v; %d errors of the app", r.Requests, r.Failed, r.Failures, r.AppErrors)
	}
	if got, failed := total(e.counters()); got != r.Requests || failed != 0 {
		t.Errorf("the edge counted %d requests and %d failures of its own, the clients %d", got, failed, r.Requests)
	}
	t.Logf("%d requests, p50 %s, p99 %s, max %s", r.Requests, r.P50, r.P99, r.Max)
}

// sent waits until some more requests were answered.
func sent(t *testing.T, l *loadgen.Load, more uint64) {
	t.Helper()
	goal := l.Result().Requests + more
	eventually(t, "more requests are answered", func() bool { return l.Result().Requests >= goal })
}

func TestSwitchUnderLoad(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	current := startApp(t, "v0")
	e.apply(tickets([]string{"i0=" + addressOf(current)}))
	load := startLoad(t, e, 500, 16)
	for i := 1; i <= 40; i++ {
		next := startApp(t, fmt.Sprint("v", i))
		e.apply(tickets([]string{fmt.Sprintf("i%d=%s", i, addressOf(next))}))
		old := fmt.Sprint("i", i-1)
		d, err := e.Drained(t.Context(), old, patience)
		if err != nil || d.Routed || d.InFlight != 0 || !d.Known {
			t.Fatalf("%+v, %v", d, err)
		}
		current.Close() // waits for its connections: the edge has closed them
		current = next
		sent(t, load, 20)
	}
	stopLoad(t, e, load)
}

func TestReplaceUnderLoad(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	app := startApp(t, "app")
	e.apply(tickets([]string{"i0=" + addressOf(app)}))
	load := startLoad(t, e, 500, 16)
	pids := []int{e.hello.PID}
	for range 5 {
		sent(t, load, 100)
		before, _ := total(e.counters())
		r, err := e.Replace(t.Context(), testBinary(t))
		if err != nil {
			t.Fatal(err)
		}
		if after, _ := total(e.counters()); after < before {
			t.Errorf("figures went back from %d to %d", before, after)
		}
		pids = append(pids, r.PID)
	}
	sent(t, load, 100)
	for _, pid := range pids[:len(pids)-1] {
		waitGone(t, pid)
	}
	stopLoad(t, e, load)
	h, err := e.Hello(t.Context())
	if err != nil || h.PID != pids[len(pids)-1] || h.Generation != e.gen || h.HTTP[0] != e.http() {
		t.Errorf("%+v, %v", h, err)
	}
}

// A replaced edge that still has clients follows the tables of its successor, and an
// instance is drained only when it is in both.
func TestSwitchWhileReplacedEdgeLingers(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	old, next := startApp(t, "old"), startApp(t, "next")
	e.apply(tickets([]string{"old=" + addressOf(old)}))

	slow := make(chan string)
	go func() {
		_, body := e.get("/slow?for=1s")
		slow <- body
	}()
	eventually(t, "the slow request is in flight", func() bool { return inFlight(e) == 1 })
	if _, err := e.Replace(t.Context(), testBinary(t)); err != nil {
		t.Fatal(err)
	}
	if inFlight(e) != 1 {
		t.Error("the successor does not see what its predecessor has in flight")
	}
	e.apply(tickets([]string{"next=" + addressOf(next)}))
	d, err := e.Drained(t.Context(), "old", 50*time.Millisecond)
	if err != nil || d.InFlight != 1 && !d.Routed {
		t.Fatalf("drained too early: %+v, %v", d, err)
	}
	if d, err = e.Drained(t.Context(), "old", patience); err != nil || d.Routed || d.InFlight != 0 {
		t.Fatalf("%+v, %v", d, err)
	}
	if body := <-slow; body != "old" {
		t.Errorf("the slow request got %q", body)
	}
}

func inFlight(e *testEdge) (n int64) {
	for _, c := range e.counters().Counters {
		n += c.InFlight
	}
	return n
}
