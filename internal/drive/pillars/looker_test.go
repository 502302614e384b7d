package pillars_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/cost"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/maintenance"
	"slipway.dev/internal/core/manifest"
	core "slipway.dev/internal/core/pillars"
	"slipway.dev/internal/core/slo"
	"slipway.dev/internal/drive/pillars"
	"slipway.dev/internal/metrics"
	"slipway.dev/internal/metrics/ring"
	"slipway.dev/internal/store"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// nothing is an engine without machines.
type nothing struct{}

func (nothing) State(context.Context, string) (any, int64, error) {
	return nil, 0, fault.New(fault.NotFound, "there is no such machine")
}

func (nothing) List(context.Context, string, ...store.ListOptions) ([]store.Row, error) {
	return nil, nil
}

func purchase(t *testing.T) flow.Flow {
	t.Helper()
	found, problems := manifest.Parse("f.yaml", []byte(`apiVersion: slipway.dev/v1
kind: Flow
metadata: {name: purchase, team: box}
spec:
  type: user
  criticality: high
  start: a
  end: b
  steps: [{service: tickets, request: POST /orders}, {service: payments, request: POST /charges}]
  targets:
    reliability: {availability: 99%}
    security: {authentication: required, encryption: required}
    cost: {perThousand: 0.40 EUR}
    operations: {recovery: 15m, notice: 48h}
    performance: {throughput: 1/s}
`))
	if problems != nil {
		t.Fatal(problems)
	}
	f, err := flow.Of(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// recorded is a ring in which somebody ordered twice a second for the last two hours; one
// order of a hundred came in the clear.
func recorded(t *testing.T) *ring.Ring {
	t.Helper()
	r, err := ring.Open(ring.Options{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	for minute := range 121 {
		n := float64(120 * minute)
		sample := func(name, step, service string, value float64) metrics.Sample {
			return metrics.Sample{Name: name, Value: value, Labels: map[string]string{"flow": "purchase", "step": step, "service": service, "release": "r1", "environment": "prod"}}
		}
		at := noon.Add(time.Duration(minute-120) * time.Minute)
		if _, err := r.Write(t.Context(), at, []ring.Batch{{Origin: "edge", Samples: []metrics.Sample{
			sample(metrics.FlowRequests, "tickets POST /orders", "tickets", n), sample(metrics.FlowRequests, "payments POST /charges", "payments", n/2),
			sample(metrics.FlowPlain, "tickets POST /orders", "tickets", n/100), sample(metrics.FlowAnonymous, "tickets POST /orders", "tickets", 0),
		}}}); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func looker(source metrics.Source) pillars.Looker {
	return pillars.Looker{Deps: pillars.Deps{
		Engine: nothing{}, Now: func() time.Time { return noon },
		Source: func(context.Context, string) (metrics.Source, error) { return source, nil },
		Objectives: func(environment, flow string) []core.Objective {
			return []core.Objective{{Name: slo.Availability, Status: slo.Status{State: slo.OK, Measured: 0.999, Budget: 0.9, Total: 1000, Known: 1}}}
		},
		Cost: func(_ context.Context, _ string, _ flow.Flow, from, to time.Time) (cost.FlowCost, string, error) {
			return cost.FlowCost{Flow: "purchase", PerThousand: 0.5, PerMonth: to.Sub(from).Hours()}, "EUR", nil
		},
		Maintenance: func(context.Context) ([]maintenance.State, error) {
			late := maintenance.Announcement{Name: "db", Environment: "prod", From: noon.Add(time.Hour), Until: noon.Add(2 * time.Hour)}
			return []maintenance.State{{Announcement: late, Status: maintenance.Announced, AnnouncedAt: noon}}, nil
		},
	}}
}

// TestRows: what the ring knows of the last day comes to the targets that it is about.
func TestRows(t *testing.T) {
	t.Parallel()
	rows, err := looker(recorded(t)).Rows(t.Context(), purchase(t), "prod")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]core.State{}
	for _, r := range rows {
		got[r.Target] = r.State
	}
	want := map[string]core.State{"availability": core.OK, "authentication": core.OK, "encryption": core.Missed, "per thousand": core.Missed,
		"recovery": core.Unknown, "notice": core.Missed, "throughput": core.OK}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff, rows)
	}
}

type away struct{ err error }

func (a away) Range(context.Context, metrics.Query) ([]metrics.Row, error) { return nil, a.err }

// TestAway: without figures nothing is reached, and nothing missed. Another error is one.
func TestAway(t *testing.T) {
	t.Parallel()
	rows, err := looker(away{fault.New(fault.Unavailable, "nobody answers")}).Rows(t.Context(), purchase(t), "prod")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r.Pillar == core.Cost && (r.State != core.Unknown || r.Text != "no figures come") {
			t.Errorf("that there are prices is known all the same: %+v", r)
		}
		if (r.Pillar == core.Security || r.Pillar == core.Cost || r.Pillar == core.Performance) && (r.State == core.OK || r.State == core.Missed) {
			t.Errorf("%+v", r)
		}
	}
	broken := errors.New("broken")
	if _, err := looker(away{broken}).Rows(t.Context(), purchase(t), "prod"); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
