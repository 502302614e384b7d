package edge_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/wire/edgewire"
)

// applyFaults gives the edge a table with faults.
func (e *testEdge) applyFaults(faults []edgewire.Trouble, services ...edgewire.Service) {
	e.t.Helper()
	e.gen++
	if err := e.Apply(e.t.Context(), edgewire.Table{Epoch: 1, Generation: e.gen, Services: services, Faults: faults}); err != nil {
		e.t.Fatal(err)
	}
}

func faultOf(share float64, lasts time.Duration) edgewire.Trouble {
	return edgewire.Trouble{Service: "tickets", Environment: "dev", Share: share, Status: 503, Until: time.Now().Add(lasts)}
}

func TestFaultAnswersErrors(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	s := tickets([]string{"i0=" + addressOf(startApp(t, "app"))})
	other := s
	other.Name, other.Groups = "seats", nil
	other.Routes = []edgewire.Route{{Host: "seats.localhost", Path: "/"}}
	other.Groups = append(other.Groups, edgewire.Group{Release: "r0", Deployment: "s0", Weight: 1,
		Instances: []edgewire.Instance{{ID: "s0", Address: addressOf(startApp(t, "seats"))}}})
	e.applyFaults([]edgewire.Trouble{faultOf(1, time.Minute)}, s, other)
	for _, method := range []string{"GET", "POST"} {
		res, body := e.do(e.request(method, "/", "x"))
		if res.StatusCode != 503 || res.Header.Get(edgewire.Header) != edgewire.OnPurpose || !strings.Contains(body, "asked for") {
			t.Errorf("%s %v %q", res.Status, res.Header, body)
		}
	}
	r := e.request("GET", "/", "")
	r.Host = "seats.localhost"
	if res, body := e.do(r); res.StatusCode != 200 || !strings.HasPrefix(body, "seats") {
		t.Errorf("another service: %s %q", res.Status, body)
	}
	var failed uint64
	for _, c := range e.counters().Counters {
		if c.Service == "tickets" && c.Release == "r0" {
			failed = c.EdgeFailed
		}
	}
	if failed != 2 {
		t.Errorf("%d requests of the release are counted as failed", failed)
	}
	e.applyFaults(nil, s, other)
	if res, _ := e.get("/"); res.StatusCode != 200 {
		t.Errorf("after it was taken back: %s", res.Status)
	}
}

// A judge and the objectives see what users saw.
func TestFaultCountsInFlows(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	e.gen++
	table := edgewire.Table{Epoch: 1, Generation: e.gen, Services: []edgewire.Service{tickets([]string{"i0=" + addressOf(startApp(t, "app"))})},
		Flows: []edgewire.Flow{flowOf("buy", "GET /")}, Faults: []edgewire.Trouble{faultOf(1, time.Minute)}}
	if err := e.Apply(t.Context(), table); err != nil {
		t.Fatal(err)
	}
	e.get("/")
	for _, f := range e.counters().Flows {
		if f.Flow == "buy" && f.Release == "r0" && (f.Requests != 1 || f.Errors != 1) {
			t.Errorf("%+v", f)
		}
		if f.Flow == "buy" && f.Release == "" && f.Requests != 0 {
			t.Errorf("it is counted for no release: %+v", f)
		}
	}
}

func TestFaultHitsItsShare(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	e.applyFaults([]edgewire.Trouble{faultOf(0.3, time.Minute)}, tickets([]string{"i0=" + addressOf(startApp(t, "app"))}))
	const n = 600
	hit := 0
	for range n {
		if res, _ := e.get("/"); res.StatusCode == 503 {
			hit++
		}
	}
	if hit < n/5 || hit > n*2/5 { // more than five standard deviations away
		t.Errorf("%d of %d were hit", hit, n)
	}
}

func TestFaultDelays(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	f := faultOf(1, time.Minute)
	f.Status, f.Delay = 0, 300*time.Millisecond
	e.applyFaults([]edgewire.Trouble{f}, tickets([]string{"i0=" + addressOf(startApp(t, "app"))}))
	began := time.Now()
	res, body := e.do(e.request("POST", "/", "hello"))
	if took := time.Since(began); took < f.Delay || res.StatusCode != 200 || body != "app POST / 5" {
		t.Errorf("%s after %s: %q", res.Status, took, body)
	}
}

// A fault ends by itself, also in an edge that was killed and started again, and without a
// word of the control plane.
func TestFaultEndsByItself(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	e := startEdge(t, o)
	s := tickets([]string{"i0=" + addressOf(startApp(t, "app"))})
	e.applyFaults([]edgewire.Trouble{faultOf(1, 4*time.Second)}, s)
	status := func() int { res, _ := e.get("/"); return res.StatusCode }
	if got := status(); got != 503 {
		t.Fatalf("%d", got)
	}
	if _, err := e.Replace(t.Context(), testBinary(t)); err != nil {
		t.Fatal(err)
	}
	if got := status(); got != 503 {
		t.Errorf("the successor does not know of it: %d", got)
	}
	eventually(t, "it has ended", func() bool { return status() == http.StatusOK })
	e.applyFaults([]edgewire.Trouble{faultOf(1, -time.Second)}, s)
	if got := status(); got != 200 {
		t.Errorf("one that was over: %d", got)
	}
}

// A fault that is wrong keeps nobody from routing, and does nothing.
func TestWrongFaultsAreLeftOut(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	s := tickets([]string{"i0=" + addressOf(startApp(t, "app"))})
	for text, change := range map[string]func(*edgewire.Trouble){
		"share":      func(f *edgewire.Trouble) { f.Share = 1.5 },
		"not 5xx":    func(f *edgewire.Trouble) { f.Status = 200 },
		"is nothing": func(f *edgewire.Trouble) { f.Share = 0 },
		"nothing":    func(f *edgewire.Trouble) { f.Status = 0 },
		"delay":      func(f *edgewire.Trouble) { f.Delay = time.Hour },
	} {
		f := faultOf(1, time.Minute)
		change(&f)
		e.applyFaults([]edgewire.Trouble{f}, s)
		if res, _ := e.get("/"); res.StatusCode != 200 {
			t.Errorf("%s: %s", text, res.Status)
		}
		h, err := e.Hello(t.Context())
		if want := fmt.Sprintf("the fault of %q is left out", "dev/tickets"); err != nil || !strings.Contains(h.Problem, want) {
			t.Errorf("%s: %q, %v", text, h.Problem, err)
		}
	}
}
