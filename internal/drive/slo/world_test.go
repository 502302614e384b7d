package slo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway.dev/internal/core/escalate"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/notify"
	"slipway.dev/internal/core/slo"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/metrics"
	"slipway.dev/internal/store"
)

// world is a real engine with a clock and a source of figures that the test sets.
type world struct {
	*testing.T
	*engine.Engine
	slo *Evaluator

	mu           sync.Mutex
	now          time.Time
	flows        []flow.Flow
	environments []string
	source       metrics.Source
	noWay        error
	notices      []notify.Notice
}

func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "s.db"), store.Options{Log: log})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, now: time.Now().UTC().Truncate(time.Hour).Add(lag), environments: []string{"prod"}, flows: []flow.Flow{buy(t)}}
	w.Engine = engine.New(st, engine.Options{Log: log})
	Register(w.Engine)
	engine.Register(w.Engine, "task", task.Version, task.Machine{})
	w.HandleEffect(notify.EffectNotice, engine.EffectFunc(func(_ context.Context, c engine.EffectCall) (machine.Value, error) {
		n, err := engine.Decode[notify.Notice](c)
		w.mu.Lock()
		defer w.mu.Unlock()
		w.notices = append(w.notices, n)
		return nil, err
	}))
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(w.Stop(context.Background()), st.Close()); err != nil {
			t.Error(err)
		}
	})
	w.again()
	return w
}

// again begins anew, as after a restart.
func (w *world) again() {
	w.slo = New(Deps{
		Engine: w, Log: slog.New(slog.DiscardHandler),
		Flows:        func(context.Context) ([]flow.Flow, error) { return w.flows, nil },
		Environments: func(context.Context) ([]string, error) { return w.environments, nil },
		Source:       func(context.Context, string) (metrics.Source, error) { return w.source, nil },
		Way: func(_ context.Context, team string) (escalate.Way, error) {
			return escalate.Way{Steps: []escalate.Step{{Tell: []string{"onCall:" + team}}, {After: 15 * time.Minute, Tell: []string{"person:ada"}}}}, w.noWay
		},
	})
}

// Now is the test's.
func (w *world) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) look() {
	w.Helper()
	if err := w.slo.Look(w.Context()); err != nil {
		w.Fatal(err)
	}
}

// looks looks each minute for so long.
func (w *world) looks(d time.Duration) {
	w.Helper()
	for range d / time.Minute {
		w.pass(time.Minute)
		w.look()
	}
}

func (w *world) state(environment, name string) (slo.State, int64) {
	w.Helper()
	s, step, err := engine.Load[slo.State](w.Context(), w.Engine, slo.MachineID(environment, name))
	if err != nil && !fault.Is(err, fault.NotFound) {
		w.Fatal(err)
	}
	return s, step
}

// is wants an objective to stand like that in prod: "ok", "unknown noData", "burning page".
func (w *world) is(name, objective, want string) Standing {
	w.Helper()
	for _, s := range w.slo.Statuses() {
		if s.Flow == name && s.Name == objective && s.Environment == "prod" {
			got := strings.Join(strings.Fields(fmt.Sprint(s.State, " ", s.Reason, " ", s.Alert)), " ")
			if got != want {
				w.Fatalf("%s of %s is %q, want %q: %+v", objective, name, got, want, s.Status)
			}
			return s
		}
	}
	w.Fatalf("%s has no objective %s in prod", name, objective)
	return Standing{}
}

// entries gives the journal's entries of a type.
func (w *world) entries(kind string) []store.Entry {
	w.Helper()
	list, err := w.Journal(w.Context(), 0, store.JournalFilter{Type: kind})
	if err != nil {
		w.Fatal(err)
	}
	return list
}

// buy is a flow of 99% in 300 ms and 99.9% of availability, over 30 days.
func buy(t testing.TB) flow.Flow {
	return read(t, `
kind: Flow
metadata: {name: buy, team: box-office}
spec:
  type: user
  criticality: high
  impact: Customers cannot buy.
  start: a seat
  end: a ticket
  steps: [{service: tickets, request: "POST /orders"}]
  targets:
    reliability: {availability: 99.9%, latency: {p99: 300ms}, minimum: 20}
    operations: {notice: 1h, runbook: buy}
`)
}

func read(t testing.TB, text string) flow.Flow {
	t.Helper()
	list, problems := manifest.Parse("flow.yaml", []byte("apiVersion: slipway.dev/v1"+text))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	f, err := flow.Of(list[0])
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// feed is a source of figures: what happens in each minute is a function.
type feed struct {
	mu      sync.Mutex
	begin   time.Time // before, nothing was counted
	away    error
	minute  func(flow string, at time.Time) (requests, errors, within float64, known bool)
	counter func(name string, at time.Time) (float64, bool) // of the services' own
	asked   int
}

func (f *feed) Range(_ context.Context, q metrics.Query) ([]metrics.Row, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	if f.away != nil {
		return nil, f.away
	}
	if err := q.Check(); err != nil {
		return nil, err
	}
	flows := []string{"buy", "list", "telemetry"}
	if name := q.Match["flow"]; name != "" {
		flows = []string{name}
	}
	if !slices.Equal(q.By, []string{"flow"}) {
		flows = flows[:1]
	}
	var out []metrics.Row
	for _, name := range flows {
		r := metrics.Row{Labels: map[string]string{"flow": name}, Values: make([]float64, q.Steps())}
		some := false
		for i := range r.Values {
			r.Values[i] = f.step(q, name, i)
			some = some || !math.IsNaN(r.Values[i])
		}
		if some {
			out = append(out, r)
		}
	}
	return out, nil
}

func (f *feed) step(q metrics.Query, name string, i int) float64 {
	sum, known := 0.0, false
	for at := q.End(i).Add(-q.Step); at.Before(q.End(i)); at = at.Add(time.Minute) {
		if at.Before(f.begin) {
			continue
		}
		value, is := f.value(q, name, at)
		if is {
			sum, known = sum+value, true
		}
	}
	if !known {
		return math.NaN()
	}
	return sum
}

func (f *feed) value(q metrics.Query, name string, at time.Time) (float64, bool) {
	if f.counter != nil && !strings.HasPrefix(q.Name, "slipway_") {
		return f.counter(q.Name, at)
	}
	requests, errors, within, known := f.minute(name, at)
	switch q.Name {
	case metrics.FlowRequests:
		return requests, known
	case metrics.FlowErrors:
		return errors, known
	case metrics.FlowBucket:
		return within, known && q.Match["le"] == "0.3"
	}
	return 0, false
}

// steady is 60 requests a minute, of which none fails and none is slow, from 40 days ago.
func (w *world) steady() *feed {
	f := &feed{begin: w.now.Add(-40 * 24 * time.Hour), minute: func(string, time.Time) (float64, float64, float64, bool) { return 60, 0, 60, true }}
	w.source = f
	return f
}
