package slo

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"strconv"
	"testing"
	"time"

	"slipway.dev/internal/core/escalate"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/slo"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/metrics"
	"slipway.dev/internal/metrics/ring"
	"slipway.dev/internal/store"
)

// TestRing: what the collector writes of the edge is what objectives are judged by.
func TestRing(t *testing.T) {
	w := newWorld(t)
	r, err := ring.Open(ring.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	w.source = r
	requests, errors, slow := 0.0, 0.0, 0.0
	begin := w.now.Truncate(time.Minute)
	write := func(minutes int, fails, slows float64, edge float64) {
		t.Helper()
		for range minutes {
			w.pass(time.Minute)
			requests, errors, slow = requests+60, errors+fails, slow+slows
			samples := []metrics.Sample{{Name: metrics.EdgeUp, Value: edge, Kind: metrics.Gauge}}
			if edge == 1 {
				add := func(name, le string, v float64) {
					labels := map[string]string{"flow": "buy", "step": "pay", "service": "tickets", "release": "r1", "environment": "prod"}
					if le != "" {
						labels["le"] = le
					}
					samples = append(samples, metrics.Sample{Name: name, Labels: labels, Value: v})
				}
				add(metrics.FlowRequests, "", requests)
				add(metrics.FlowErrors, "", errors)
				add(metrics.FlowBucket, "0.3", requests-slow)
				add(metrics.FlowBucket, "+Inf", requests)
				add(metrics.FlowCount, "", requests)
			}
			if _, err := r.Write(t.Context(), w.Now().Truncate(time.Minute), []ring.Batch{{Origin: "edge", Samples: samples}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.look()
	w.is("buy", "availability", "unknown noData")
	write(120, 0, 0, 1)
	w.look()
	minutes := func(s Standing) float64 { return s.Known * s.Window.Minutes() }
	if s := w.is("buy", "availability", "ok"); s.Total < 118*60 || s.Total > 120*60 || minutes(s) < 118 || minutes(s) > 121 {
		t.Errorf("%+v", s)
	}
	w.is("buy", "latency-p99", "ok")
	write(5, 0, 55, 1)
	w.look()
	w.is("buy", "availability", "ok")
	if s := w.is("buy", "latency-p99", "exhausted ticket"); s.Bad != 275 {
		t.Errorf("%+v", s)
	}
	write(7, 0, 0, 0) // the edge does not answer
	w.look()
	w.is("buy", "availability", "unknown noData")
	write(5, 2, 0, 1)
	w.look()
	s := w.is("buy", "availability", "exhausted ticket")
	all := w.now.Truncate(time.Minute).Sub(begin).Minutes()
	if s.Bad != 10 || minutes(s) > all-6 {
		t.Errorf("after %g minutes: %+v", all, s)
	}
}

// many is an engine, and flows with three objectives each, with figures from a function.
func many(b *testing.B, flows int, environments []string) (*Evaluator, *clock) {
	b.Helper()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	st, err := store.Open(b.Context(), b.TempDir()+"/s.db", store.Options{Log: log})
	if err != nil {
		b.Fatal(err)
	}
	e := engine.New(st, engine.Options{Log: log})
	Register(e)
	if err := e.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { e.Stop(context.Background()); st.Close() })
	var list []flow.Flow
	for i := range flows {
		f := buy(b)
		f.Name = fmt.Sprintf("flow-%03d", i)
		f.Spec.Targets.Reliability.Latency["p50"] = "100ms"
		f.Spec.Targets.Reliability.Hours = []string{"always", "business", "extended-business"}[i%3]
		list = append(list, f)
	}
	c := &clock{Engine: e, now: time.Now().UTC().Truncate(time.Hour).Add(lag)}
	names := make([]string, flows)
	for i := range names {
		names[i] = list[i].Name
	}
	return New(Deps{
		Engine: c, Log: log,
		Flows:        func(context.Context) ([]flow.Flow, error) { return list, nil },
		Environments: func(context.Context) ([]string, error) { return environments, nil },
		Source:       func(context.Context, string) (metrics.Source, error) { return instant(names), nil },
		Way:          func(_ context.Context, team string) (escalate.Way, error) { return escalate.Way{}, nil },
	}), c
}

// clock is an engine with a time of its own.
type clock struct {
	*engine.Engine
	now time.Time
}

// Now is the clock's own.
func (c *clock) Now() time.Time { return c.now }

// instant answers at once: 60 requests a minute, none of which is bad.
type instant []string

func (names instant) Range(_ context.Context, q metrics.Query) ([]metrics.Row, error) {
	value := q.Step.Minutes() * 60
	switch q.Name {
	case metrics.FlowErrors:
		value = 0
	}
	values := make([]float64, q.Steps())
	for i := range values {
		values[i] = value
	}
	if len(q.By) == 0 {
		return []metrics.Row{{Values: values}}, nil
	}
	rows := make([]metrics.Row, len(names))
	for i, name := range names {
		rows[i] = metrics.Row{Labels: map[string]string{"flow": name}, Values: values}
	}
	return rows, nil
}

// BenchmarkLookRing is the same with the ring as the source, in which each minute's figures are
// new.
func BenchmarkLookRing(b *testing.B) {
	environments := []string{"dev", "prod", "staging"}
	e, c := many(b, 500, environments)
	r, err := ring.Open(ring.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	e.Source = func(context.Context, string) (metrics.Source, error) { return r, nil }
	flows, err := e.Flows(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	n := 0.0
	minute := func() {
		c.now = c.now.Add(time.Minute)
		n += 60
		var samples []metrics.Sample
		for _, environment := range environments {
			for _, f := range flows {
				add := func(name, le string) {
					labels := map[string]string{"flow": f.Name, "step": "pay", "service": "tickets", "release": "r1", "environment": environment}
					v := n
					if le != "" {
						labels["le"] = le
					}
					if name == metrics.FlowErrors {
						v = 0
					}
					samples = append(samples, metrics.Sample{Name: name, Labels: labels, Value: v})
				}
				add(metrics.FlowRequests, "")
				add(metrics.FlowErrors, "")
				for _, bound := range f.Bounds() {
					add(metrics.FlowBucket, strconv.FormatFloat(bound, 'g', -1, 64))
				}
			}
		}
		if _, err := r.Write(b.Context(), c.now.Truncate(time.Minute), []ring.Batch{{Origin: "edge", Samples: samples}}); err != nil {
			b.Fatal(err)
		}
	}
	for range 200 {
		minute()
	}
	begin := time.Now()
	if err := e.Look(b.Context()); err != nil {
		b.Fatal(err)
	}
	first := time.Since(begin).Seconds()
	if s := e.Statuses(); len(s) != 4500 || s[0].State != slo.OK {
		b.Fatalf("%d objectives, %+v", len(s), s[0])
	}
	for b.Loop() {
		b.StopTimer()
		minute()
		b.StartTimer()
		if err := e.Look(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(first, "first-s")
}

// BenchmarkLook is a look at 500 flows with three objectives in three environments, without
// the time that the source takes.
func BenchmarkLook(b *testing.B) {
	e, c := many(b, 500, []string{"dev", "prod", "staging"})
	begin := time.Now()
	if err := e.Look(b.Context()); err != nil {
		b.Fatal(err)
	}
	first := time.Since(begin).Seconds()
	if n := len(e.Statuses()); n != 4500 || e.Statuses()[0].State != slo.OK {
		b.Fatalf("%d objectives, %+v", n, e.Statuses()[0])
	}
	b.ReportAllocs()
	for b.Loop() {
		c.now = c.now.Add(time.Minute)
		if err := e.Look(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(first, "first-s")
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/1e6, "heap-MB")
	runtime.KeepAlive(e)
}
