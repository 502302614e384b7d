package slo

import (
	"context"
	"errors"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/alert"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/maintenance"
	"slipway.dev/internal/core/slo"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/engine"
)

// TestLife: all is well; half of the requests fail, somebody is woken and takes it on; it is
// over. Each is one entry in the journal, and looks in between make none.
func TestLife(t *testing.T) {
	w := newWorld(t)
	f := w.steady()
	w.look()
	s := w.is("buy", "availability", "ok")
	if s.Total != 60*60*24*30 || s.Known != 1 || s.Measured != 1 || s.Budget != 1 || s.Objective.Environment != "prod" {
		t.Errorf("%+v", s)
	}
	w.is("buy", "latency-p99", "ok")
	if _, step := w.state("prod", "buy"); step != 1 {
		t.Errorf("%d steps", step)
	}
	w.looks(2 * time.Minute)
	if _, step := w.state("prod", "buy"); step != 1 {
		t.Errorf("%d steps after looks at the same", step)
	}

	broken := w.now.Truncate(time.Minute)
	f.minute = func(_ string, at time.Time) (float64, float64, float64, bool) {
		if !at.Before(broken) && at.Before(broken.Add(10*time.Minute)) {
			return 60, 30, 60, true
		}
		return 60, 0, 60, true
	}
	w.looks(4 * time.Minute)
	paged := w.is("buy", "availability", "burning page")
	w.is("buy", "latency-p99", "ok")
	if paged.Task != "alert.prod.buy.1" || paged.Since.IsZero() {
		t.Errorf("%+v", paged)
	}
	w.takeOn(paged.Task)
	w.looks(6 * time.Minute)
	w.is("buy", "availability", "burning page")
	w.looks(time.Hour)                            // until neither of the last two half hours burns
	w.is("buy", "availability", "burning ticket") // a day's budget is gone all the same
	if len(w.entries(alert.EventFired)) != 2 || len(w.entries(alert.EventResolved)) != 1 || len(w.entries(alert.EventAcknowledged)) != 1 {
		t.Errorf("alerts: %d fired, %d taken on, %d over", len(w.entries(alert.EventFired)), len(w.entries(alert.EventAcknowledged)), len(w.entries(alert.EventResolved)))
	}
	a, _, err := engine.Load[alert.State](t.Context(), w.Engine, alert.MachineID("prod", "buy", 1))
	if err != nil || a.Status != alert.Done || a.By != "ada" {
		t.Errorf("%v: %+v", err, a)
	}
	if mean, n := w.recovery(); n != 1 || mean < 0 {
		t.Errorf("%d recoveries, %s", n, mean)
	}
	w.told("onCall:box-office", "person:ada")
}

func (w *world) recovery() (time.Duration, int) {
	s, _ := w.state("prod", "buy")
	return s.Recovery(time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
}

// takeOn answers an alert's task as ada.
func (w *world) takeOn(name string) {
	w.Helper()
	s, _, err := engine.Load[task.State](w.Context(), w.Engine, task.MachineID(name))
	if err != nil || s.Kind != task.Alert || len(s.Escalation) != 2 || !strings.Contains(s.Text, "Customers cannot buy.") {
		w.Fatalf("%v: %+v", err, s)
	}
	_, err = w.Submit(w.Context(), engine.To{Machine: task.MachineID(name), Event: machine.Event{Type: task.EventAnswered, Actor: machine.Actor{Kind: "person", Name: "ada"},
		Data: machine.Must(task.Answer{Decision: task.Approve}), Facts: machine.Must(task.Facts{Person: "ada"})}})
	if err != nil {
		w.Fatal(err)
	}
}

// told wants people to have been told, sooner or later.
func (w *world) told(who ...string) {
	w.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		w.mu.Lock()
		missing := slices.DeleteFunc(slices.Clone(who), func(one string) bool {
			for _, n := range w.notices {
				if slices.Contains(n.Tell, one) {
					return true
				}
			}
			return false
		})
		w.mu.Unlock()
		if len(missing) == 0 {
			return
		}
		if time.Now().After(deadline) {
			w.Fatalf("%v were not told", missing)
		}
	}
}

// TestAway: while the source is away nothing is known, a page does not end because of that,
// and afterwards the gap is filled.
func TestAway(t *testing.T) {
	w := newWorld(t)
	f, begin := w.steady(), w.now
	f.minute = func(_ string, at time.Time) (float64, float64, float64, bool) {
		return 60, failed(at, begin.Add(-10*time.Minute), begin.Add(time.Hour)), 60, true
	}
	w.look()
	w.is("buy", "availability", "burning page")
	f.away = fault.New(fault.Unavailable, "the metrics server is away")
	w.looks(3 * time.Minute)
	w.is("buy", "availability", "burning page")
	w.looks(5 * time.Minute)
	w.is("buy", "availability", "unknown noData page")
	w.is("buy", "latency-p99", "unknown noData")
	if got := w.slo.Samples(); len(got) != 2 || got[0].Name != GaugeObjective {
		t.Errorf("%+v", got)
	}
	w.looks(20 * time.Minute)
	f.away = nil
	w.looks(time.Minute)
	if s := w.is("buy", "availability", "burning page"); s.Known < 0.999 || math.Abs(s.Total-30*24*3600) > 900 {
		t.Errorf("%+v", s)
	}
	if n := len(w.entries(alert.EventFired)); n != 1 {
		t.Errorf("%d alerts", n)
	}
}

// failed is half of the requests in a span of time.
func failed(at, from, until time.Time) float64 {
	if at.Before(from) || !at.Before(until) {
		return 0
	}
	return 30
}

// TestRestart: another evaluator sees the same, and tells nothing.
func TestRestart(t *testing.T) {
	w := newWorld(t)
	f := w.steady()
	begin := w.now
	f.minute = func(_ string, at time.Time) (float64, float64, float64, bool) {
		return 60, failed(at, begin.Add(-50*time.Hour), begin.Add(-49*time.Hour)), 59, true
	}
	w.look()
	w.looks(40 * time.Minute)
	before := w.slo.Statuses()
	_, step := w.state("prod", "buy")
	w.again()
	w.look()
	if after := w.slo.Statuses(); !slices.EqualFunc(before, after, func(a, b Standing) bool {
		return a.State == b.State && a.Total == b.Total && a.Bad == b.Bad && a.Budget == b.Budget && a.Task == b.Task && a.Since.Equal(b.Since)
	}) {
		t.Errorf("before %+v\nafter %+v", before, after)
	}
	if _, now := w.state("prod", "buy"); now != step {
		t.Errorf("step %d, and %d after a restart", step, now)
	}
}

// TestNobodyComes is not the same as that nobody looks.
func TestNobodyComes(t *testing.T) {
	w := newWorld(t)
	f := w.steady()
	f.minute = func(string, time.Time) (float64, float64, float64, bool) { return 0, 0, 0, true } // the edge watches it
	w.look()
	if s := w.is("buy", "availability", "unknown notEnough"); s.Known != 1 || s.Total != 0 {
		t.Errorf("%+v", s)
	}
	f.minute = func(string, time.Time) (float64, float64, float64, bool) { return 0, 0, 0, false }
	w.again()
	w.look()
	if s := w.is("buy", "availability", "unknown noData"); s.Known != 0 {
		t.Errorf("%+v", s)
	}
}

// TestNewBound: of requests that nobody counted by a bound it is not known whether they were
// within it.
func TestNewBound(t *testing.T) {
	w := newWorld(t)
	w.flows = []flow.Flow{read(t, `
kind: Flow
metadata: {name: buy}
spec:
  type: user
  criticality: low
  start: a
  end: b
  steps: [{service: tickets, request: "POST /orders"}]
  targets: {reliability: {availability: 99%, latency: {p99: 400ms}, window: 90d}}
`)}
	w.steady()
	w.look()
	if s := w.is("buy", "availability", "ok"); math.Abs(s.Known-40./90) > 0.001 {
		t.Errorf("%+v", s)
	}
	w.is("buy", "latency-p99", "unknown noData")
}

// TestMaintenance: what was announced early enough does not count.
func TestMaintenance(t *testing.T) {
	w := newWorld(t)
	f := w.steady()
	from := time.Now().Truncate(time.Minute).Add(2 * time.Hour)
	until := from.Add(30 * time.Minute)
	f.minute = func(_ string, at time.Time) (float64, float64, float64, bool) {
		return 60, failed(at, from, until) * 2, 60, true
	}
	announce := func(name string, services ...string) {
		_, err := w.Submit(t.Context(), engine.To{Machine: maintenance.MachineID(name), Event: machine.Event{Type: maintenance.EventAnnounced, Actor: machine.Actor{Kind: "person", Name: "ada"},
			Data: machine.Must(maintenance.Announcement{Name: name, Environment: "prod", Services: services, From: from, Until: until, Reason: "x"})}})
		if err != nil {
			t.Fatal(err)
		}
	}
	announce("other", "payments")
	w.now = until.Add(time.Minute + lag)
	w.look()
	w.is("buy", "availability", "burning page")
	announce("work", "tickets")
	w.look()
	s := w.is("buy", "availability", "ok")
	if s.Bad != 0 || math.Abs(s.Total-60*(30*24*60-30)) > 900 || s.Known < 0.999 {
		t.Errorf("%+v", s)
	}
}

// TestGone: a flow, or an environment, that is not there any more takes its alerts with it.
func TestGone(t *testing.T) {
	w := newWorld(t)
	f := w.steady()
	f.minute = func(string, time.Time) (float64, float64, float64, bool) { return 60, 30, 60, true }
	w.environments = []string{"dev", "prod"}
	w.noWay = errors.New("the team cannot be read")
	w.look()
	if n := len(w.slo.Statuses()); n != 4 {
		t.Fatalf("%d objectives", n)
	}
	if s, _ := w.state("dev", "buy"); s.Objectives[0].State != slo.Exhausted || s.Objectives[0].Alert == nil {
		t.Errorf("%+v", s)
	}
	w.told("team:box-office") // whose way could not be read
	w.environments = []string{"prod"}
	w.look()
	if s, _ := w.state("dev", "buy"); !s.Removed || len(s.Objectives) > 0 {
		t.Errorf("%+v", s)
	}
	w.flows = nil
	w.look()
	w.look()
	rows, err := w.List(t.Context(), "slo/")
	if err != nil || len(rows) != 2 || rows[0].Status != slo.Removed || rows[1].Status != slo.Removed || len(w.slo.Statuses()) != 0 {
		t.Errorf("%v: %+v", err, rows)
	}
	if fired, over := len(w.entries(alert.EventFired)), len(w.entries(alert.EventResolved)); fired != 2 || over != 2 {
		t.Errorf("%d alerts, %d over", fired, over)
	}
	w.flows = []flow.Flow{buy(t)}
	w.look()
	if s := w.is("buy", "availability", "exhausted page"); s.Task != "alert.prod.buy.2" {
		t.Errorf("%+v", s)
	}
}

// TestChanged: a flow that asks for something else now is measured by that, from the past on.
func TestChanged(t *testing.T) {
	w := newWorld(t)
	w.steady()
	w.look()
	changed := buy(t)
	changed.Spec.Targets.Reliability.Window = "7d"
	w.flows = []flow.Flow{changed}
	w.look()
	if s := w.is("buy", "availability", "ok"); s.Total != 7*24*3600 || s.Known != 1 {
		t.Errorf("%+v", s)
	}
}

// telemetry is a flow of events that a service counts itself.
const telemetry = `
kind: Flow
metadata: {name: telemetry, team: data}
spec:
  type: system
  criticality: medium
  start: a
  end: b
  steps: [{service: collector, event: "point was stored", metric: points_total, failed: points_failed_total}]
  targets: {reliability: {availability: 99%, minimum: 1, MORE}}
`

func TestEvents(t *testing.T) {
	w := newWorld(t)
	w.flows = []flow.Flow{read(t, strings.Replace(telemetry, "MORE", "window: 10d", 1))}
	f := w.steady()
	f.minute = func(string, time.Time) (float64, float64, float64, bool) { return 0, 0, 0, false }
	counts := map[string]float64{"points_total": 200}
	f.counter = func(name string, _ time.Time) (float64, bool) {
		n, ok := counts[name]
		return n, ok
	}
	w.look()
	if s := w.is("telemetry", "availability", "ok"); s.Total != 200*10*24*60 || s.Bad != 0 {
		t.Errorf("%+v", s)
	}
	counts["points_failed_total"] = 1
	w.again()
	w.look()
	if s := w.is("telemetry", "availability", "ok"); s.Budget != 0.5 {
		t.Errorf("%+v", s)
	}
	w.flows = []flow.Flow{read(t, strings.Replace(strings.Replace(telemetry, "MORE", "window: 10d", 1), "metric: points_total, failed: points_failed_total", "condition: x", 1))}
	w.look()
	w.is("telemetry", "availability", "unknown noData") // nobody counts it
	w.flows = []flow.Flow{read(t, strings.Replace(telemetry, "MORE", "window: 10d", 1))}
	delete(counts, "points_total")
	w.again()
	w.look()
	w.is("telemetry", "availability", "unknown noData")
}

// promQL is a source that answers expressions.
type promQL struct {
	*feed
	exprs map[string]bool
	good  func(at time.Time) float64
}

func (p *promQL) Eval(_ context.Context, expr string, at time.Time) (float64, bool, error) {
	p.exprs[expr] = true
	n := 100 * map[bool]float64{true: 1, false: 30}[strings.Contains(expr, "[1m]")]
	if strings.HasPrefix(expr, "good") {
		n *= p.good(at)
	}
	return n, !at.Before(p.begin), p.away
}

// TestMeasure: a flow that is measured by expressions is known little by little, the latest
// first; without a server that takes them it is not known.
func TestMeasure(t *testing.T) {
	w := newWorld(t)
	w.flows = []flow.Flow{read(t, strings.Replace(telemetry, "MORE", `window: 2d, measure: {good: "good[window]", total: "all[window]"}`, 1)), buy(t)}
	f := w.steady()
	w.look()
	w.is("telemetry", "availability", "unknown noData")
	w.is("buy", "availability", "ok")

	p := &promQL{feed: f, exprs: map[string]bool{}, good: func(time.Time) float64 { return 0.999 }}
	w.source = p
	w.looks(time.Minute)
	if s := w.is("telemetry", "availability", "ok"); s.Known > 0.1 || math.Abs(s.Measured-0.999) > 1e-6 {
		t.Errorf("%+v", s)
	}
	w.looks(20 * time.Minute)
	if s := w.is("telemetry", "availability", "ok"); math.Abs(s.Known-1) > 0.02 || math.Abs(s.Budget-0.9) > 1e-4 {
		t.Errorf("%+v", s)
	}
	if want := []string{"all[1m]", "all[30m]", "good[1m]", "good[30m]"}; !slices.Equal(slices.Sorted(maps.Keys(p.exprs)), want) {
		t.Errorf("asked %v", p.exprs)
	}
	broken := w.now.Truncate(time.Minute)
	p.good = func(at time.Time) float64 { return map[bool]float64{true: 0, false: 1}[at.After(broken)] }
	w.looks(5 * time.Minute)
	w.is("telemetry", "availability", "burning page")
	p.away = fault.New(fault.Unavailable, "away")
	w.looks(8 * time.Minute)
	w.is("telemetry", "availability", "unknown noData page")
	w.is("buy", "availability", "unknown noData")
}

// TestSamples: each objective has its gauges.
func TestSamples(t *testing.T) {
	w := newWorld(t)
	w.steady()
	w.look()
	count := map[string]int{}
	for _, s := range w.slo.Samples() {
		count[s.Name+" "+s.Labels["window"]]++
		if s.Labels["flow"] != "buy" || s.Labels["environment"] != "prod" || s.Labels["objective"] == "" {
			t.Errorf("%+v", s)
		}
	}
	want := map[string]int{GaugeObjective + " ": 2, GaugeMeasured + " ": 2, GaugeBudget + " ": 2}
	for _, window := range []string{"5m", "30m", "1h", "2h", "6h", "1d", "3d"} {
		want[GaugeBurn+" "+window] = 2
	}
	if !maps.Equal(count, want) {
		t.Errorf("%v, want %v", count, want)
	}
}

// TestRun looks at once, and is ended.
func TestRun(t *testing.T) {
	w := newWorld(t)
	w.steady()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.slo.Run(ctx)
	}()
	for deadline := time.Now().Add(20 * time.Second); len(w.slo.Statuses()) == 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not look")
		}
	}
	cancel()
	<-ended
	if _, step := w.state("prod", "buy"); step != 0 || w.slo.Statuses()[0].State != slo.OK {
		t.Errorf("the first look told something, or sees nothing: %+v", w.slo.Statuses()[0])
	}
}
