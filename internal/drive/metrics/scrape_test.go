package metrics

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/metrics"
)

const says = `# HELP orders_total Orders.
# TYPE orders_total counter
orders_total{kind="new",service="mine",instance="x"} 7
orders_total{kind="old"} 3
# TYPE seconds histogram
seconds_bucket{le="0.5"} 4
seconds_bucket{le="+Inf"} 5
seconds_sum 2.5
seconds_count 5
# TYPE size summary
size{quantile="0.9"} 12
size_sum 30
size_count 4
# TYPE depth gauge
depth 3
points_total 11
other 1
# TYPE slipway_flow_requests_total counter
slipway_flow_requests_total{flow="purchase"} 1000000
`

func app(t *testing.T, answer http.HandlerFunc) Instance {
	t.Helper()
	srv := httptest.NewServer(answer)
	t.Cleanup(srv.Close)
	return Instance{ID: "a", Service: "tickets", Environment: "prod", Release: "r1", Address: strings.TrimPrefix(srv.URL, "http://"),
		Scrape: &Scrape{Path: "/own", Interval: time.Second, Keep: []string{"orders_total", "seconds", "size_sum", "size", "depth", "points_total", "slipway_flow_requests_total"}}}
}

func TestReadsWhatAnAppSays(t *testing.T) {
	t.Parallel()
	in := app(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/own" {
			t.Errorf("asked for %s", r.URL)
		}
		fmt.Fprint(w, says)
	})
	got, err := newScraper(nil).get(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	const ours = `environment="prod",`
	const rest = `instance="a",`
	const last = `release="r1",service="tickets"}`
	want := map[string]metrics.Sample{
		`orders_total{` + ours + `exported_instance="x",exported_service="mine",` + rest + `kind="new",` + last: {Value: 7},
		`orders_total{` + ours + rest + `kind="old",` + last:                                                    {Value: 3},
		`seconds_bucket{` + ours + rest + `le="0.5",` + last:                                                    {Value: 4},
		`seconds_bucket{` + ours + rest + `le="+Inf",` + last:                                                   {Value: 5},
		`seconds_sum{` + ours + rest + last:                                                                     {Value: 2.5},
		`seconds_count{` + ours + rest + last:                                                                   {Value: 5},
		`size{` + ours + rest + `quantile="0.9",` + last:                                                        {Value: 12, Kind: metrics.Gauge},
		`size_sum{` + ours + rest + last:                                                                        {Value: 30},
		`size_count{` + ours + rest + last:                                                                      {Value: 4},
		`depth{` + ours + rest + last:                                                                           {Value: 3, Kind: metrics.Gauge},
		`points_total{` + ours + rest + last:                                                                    {Value: 11},
	}
	for _, s := range got {
		line := s.Name + textOf(s.Labels)
		if w, ok := want[line]; !ok || w.Value != s.Value || w.Kind != s.Kind {
			t.Errorf("%s %v of kind %v is kept", line, s.Value, s.Kind)
		}
		delete(want, line)
	}
	for line := range want {
		t.Errorf("%s is missing", line)
	}
}

func TestBoundsWhatAnAppSays(t *testing.T) {
	t.Parallel()
	huge := strings.Repeat("# a comment that says nothing at all\n", 1<<18)
	for name, answer := range map[string]http.HandlerFunc{
		"error":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"not text": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") },
		"too long": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, huge) },
		"too many": func(w http.ResponseWriter, _ *http.Request) {
			for i := range maxSamples + 1 {
				fmt.Fprintf(w, "orders_total{n=\"%d\"} 1\n", i)
			}
		},
		"elsewhere": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/metrics", http.StatusFound) },
		"hangs":     func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"twice":     func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "# TYPE a counter\n# TYPE a gauge\n") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := newScraper(nil).get(t.Context(), app(t, answer)); err == nil || len(got) != 0 {
				t.Errorf("%d samples, %v", len(got), err)
			}
		})
	}
	long := func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "orders_total{n=\"%s\"} 1\norders_total{n=\"short\"} 2\n", strings.Repeat("x", maxValue+1))
	}
	if got, err := newScraper(nil).get(t.Context(), app(t, long)); err != nil || len(got) != 1 || got[0].Value != 2 {
		t.Errorf("%v, %v", got, err)
	}
}

// TestScrapes lets the loop run against an app that fails after a while.
func TestScrapes(t *testing.T) {
	w := newWorld(t)
	var broken atomic.Bool
	var asked atomic.Int64
	in := app(t, func(rw http.ResponseWriter, _ *http.Request) {
		if broken.Load() {
			rw.WriteHeader(http.StatusInternalServerError)
			return
		}
		fmt.Fprintf(rw, "orders_total %d\n", asked.Add(1)*10)
	})
	silent := in
	silent.ID, silent.Scrape = "silent", nil
	w.instances = []Instance{in, silent}
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.scrape(t.Context())
	}()
	t.Cleanup(func() { <-done })
	look := func(want float64) {
		t.Helper()
		w.mu.Lock()
		w.now = w.now.Add(2 * time.Second) // it is due again
		w.mu.Unlock()
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			got := w.scraper.samples(in, w.clock())
			if len(got) > 0 && got[0].Name == metrics.InstanceScraped && got[0].Value == want {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("it is not seen that scraping is %v: %v", want, got)
			}
		}
	}
	look(1)
	w.minute()
	look(1) // what it said before is too long ago by now
	w.minute()
	if got := w.ask("orders_total", metrics.Increase, "instance", "a"); len(got) < 2 || math.IsNaN(got[len(got)-1]) {
		t.Errorf("orders %v", got)
	}
	broken.Store(true)
	look(0)
	if got := w.scraper.samples(silent, w.clock()); got != nil {
		t.Errorf("who is not asked says %v", got)
	}
	w.mu.Lock()
	w.instances = nil
	w.mu.Unlock()
	for deadline := time.Now().Add(20 * time.Second); w.scraper.samples(in, w.clock()) != nil; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("who is gone still says something")
		}
	}
}

func TestKeep(t *testing.T) {
	t.Parallel()
	flows := []flow.Flow{{Steps: []flow.Step{{Service: "tickets", Metric: "points_total", Failed: "failed_total"}, {Service: "mail", Metric: "mails_total"}, {Service: "tickets"}}}}
	if got := strings.Join(Keep("tickets", []string{"orders_total", "points_total"}, flows), " "); got != "failed_total orders_total points_total" {
		t.Error(got)
	}
}
