package control_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/control"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/slo"
	"slipway.dev/internal/engine"
)

const purchase = `
apiVersion: slipway.dev/v1
kind: Flow
metadata: {name: purchase, team: shop}
spec:
  type: user
  criticality: high
  start: customer chooses a seat
  end: ticket is paid
  steps: [{service: tickets, request: "POST /orders"}]
  targets: {reliability: {availability: 99.9%}}
`

// withFlow declares a flow whose objective was looked at in dev and in prod.
func (w *world) withFlow() {
	w.Helper()
	w.apply("hand", platform)
	w.live("a1")
	w.apply("catalog", purchase)
	for _, environment := range []string{"dev", "prod"} {
		o := slo.Objective{Flow: "purchase", Environment: environment, Name: slo.Availability, Target: 0.999, Window: 30 * 24 * time.Hour}
		s := slo.Status{State: slo.OK, Measured: map[string]float64{"dev": 0.5, "prod": 0.9995}[environment], Budget: 0.5, Total: 1000}
		w.measured = append(w.measured, control.Measured{Objective: o, Status: s})
		try(w.engine.Submit(w.Context(), engine.To{Machine: slo.MachineID(environment, "purchase"), Event: machine.Event{
			Type: slo.EventObserved, Actor: machine.System("slo"), Data: machine.Must(
				slo.Observed{Flow: "purchase", Environment: environment, Criticality: "high", Team: "shop", Objectives: []slo.Seen{slo.Of(o, s)}})}}))(w)
	}
}

// What is declared, every reader may know; how it does is for who may read of its team and
// environment.
func TestReadersOfFlows(t *testing.T) {
	w := newWorld(t)
	w.withFlow()
	for name, c := range map[string]struct {
		may  model.Binding
		want []string // environments
		all  bool
	}{
		"everything": {model.Binding{Role: "viewer"}, []string{"dev", "prod"}, true},
		"owner":      {model.Binding{Role: "viewer", Team: "shop"}, []string{"dev", "prod"}, false},
		"prod":       {model.Binding{Role: "viewer", Environment: "prod"}, []string{"prod"}, false},
		"other":      {model.Binding{Role: "viewer", Team: "other"}, nil, false},
	} {
		ctx := control.WithCaller(t.Context(), w.whose(w.add(name, c.may).value))
		list := try(w.Flows(ctx))(t)
		if len(list) != 1 || !slices.Equal(list[0].Services, []string{"tickets"}) {
			t.Fatalf("%s: %+v", name, list)
		}
		one := try(w.Flow(ctx, "purchase"))(t)
		var states, objectives, targets []string
		for _, s := range list[0].States {
			states = append(states, s.Environment)
		}
		for _, o := range try(w.Objectives(ctx, model.ObjectivesQuery{}))(t) {
			objectives = append(objectives, o.Environment)
		}
		for _, p := range one.Pillars {
			targets = append(targets, p.Environment)
		}
		if !slices.Equal(states, c.want) || !slices.Equal(objectives, c.want) || !slices.Equal(targets, c.want) || len(one.Objectives) != len(c.want) {
			t.Errorf("%s: states %v, objectives %v, targets %v, want %v", name, states, objectives, targets, c.want)
		}
		if err := w.Metrics(ctx, io.Discard); fault.Is(err, fault.Denied) == c.all {
			t.Errorf("%s: all figures: %v", name, err)
		}
	}
	prod := control.WithCaller(t.Context(), w.whose(w.add("late", model.Binding{Role: "viewer", Environment: "prod"}).value))
	w.refused(second(w.Objectives(prod, model.ObjectivesQuery{Environment: "dev"})), fault.Denied)
}

// The estimate stands beside what was measured in the last environment, whatever its name.
func TestMeasuredWhereItMatters(t *testing.T) {
	w := newWorld(t)
	w.withFlow()
	w.apply("more", `
apiVersion: slipway.dev/v1
kind: Environment
metadata: {name: a-last}
spec: {after: prod, target: {process: {}}}
`)
	w.measured = append(w.measured, w.measured[1])
	w.measured[2].Environment, w.measured[2].Status.Measured = "a-last", 0.25
	if e := try(w.Flow(w.ctx, "purchase"))(t).Estimate; e == nil || e.In != "a-last" || *e.Measured != 0.25 {
		t.Errorf("%+v", e)
	}
}

// What happens to objectives is told to who may read of the flow there.
func TestWatchersOfFlows(t *testing.T) {
	w := newWorld(t)
	w.withFlow()
	before := try(w.store.Head(t.Context()))(t)
	w.apply("end", "apiVersion: slipway.dev/v1\nkind: Team\nmetadata: {name: last}\nspec: {members: []}\n") // every reader hears of it
	for name, c := range map[string]struct {
		may  model.Binding
		want []string
	}{
		"owner": {model.Binding{Role: "viewer", Team: "shop"}, []string{"slo/dev/purchase", "slo/prod/purchase"}},
		"prod":  {model.Binding{Role: "viewer", Environment: "prod"}, []string{"slo/prod/purchase"}},
		"other": {model.Binding{Role: "viewer", Team: "other"}, nil},
	} {
		var seen []string
		end := errors.New("that is all")
		err := w.Watch(control.WithCaller(t.Context(), w.whose(w.add(name, c.may).value)), 0, func(h model.Happening) error {
			if strings.HasPrefix(h.Machine, "slo/") {
				seen = append(seen, h.Machine)
			}
			if h.Position > before {
				return end
			}
			return nil
		})
		slices.Sort(seen)
		if !errors.Is(err, end) || !slices.Equal(seen, c.want) {
			t.Errorf("%s sees %v, want %v; %v", name, seen, c.want, err)
		}
	}
}
