package deploy

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/wire/edgewire"
)

func route(lane string, revision int64, instances ...string) engine.Desired {
	spec := deploy.RouteSpec{Service: "tickets", Environment: "dev", Revision: revision, Config: configDigest,
		Routes: []config.Route{{Host: "shop.localhost", Path: "/orders"}}}
	group := deploy.RouteGroup{Deployment: "tickets.dev.1", Release: "r1", Weight: 100}
	for _, id := range instances {
		group.Instances = append(group.Instances, deploy.RoutedTarget{ID: id, Address: "127.0.0.1:7"})
	}
	spec.Groups = []deploy.RouteGroup{group}
	return engine.Desired{Machine: lane, Kind: deploy.DesiredRoute, Key: "route", Spec: machine.Must(spec)}
}

func TestRouter(t *testing.T) {
	w := newWorld(t)
	r := NewRouter(w.deps())
	const other = "deploy/payments/dev"
	reconcile := func(all ...engine.Desired) {
		t.Helper()
		if err := r.Reconcile(t.Context(), all); err != nil {
			t.Fatal(err)
		}
	}
	reconcile(route(lane, 1, one))
	first := w.table
	if first.Epoch != 7 || len(first.Services) != 1 || first.Services[0].Timeout != time.Second ||
		first.Services[0].Routes[0] != (edgewire.Route{Host: "shop.localhost", Path: "/orders"}) || !slices.Equal(routed(first), []string{one}) {
		t.Errorf("%+v", first)
	}
	reconcile(route(lane, 1, one)) // the fake edge refuses a table that is not newer
	reconcile(route(lane, 2, one, two), route(other, 1))
	if !slices.Equal(routed(w.table), []string{one, two}) || w.table.Generation <= first.Generation {
		t.Errorf("%+v", w.table)
	}
	if told := w.told(deploy.EventRouted); !slices.Equal(told, []string{lane + ` {"revision":1}`, lane + ` {"revision":2}`, other + ` {"revision":1}`}) &&
		!slices.Equal(told, []string{lane + ` {"revision":1}`, other + ` {"revision":1}`, lane + ` {"revision":2}`}) {
		t.Errorf("%q", told)
	}
	reconcile()
	if len(routed(w.table)) != 0 {
		t.Errorf("%+v", w.table)
	}
}

// TestRouterTellsAgain: the table is applied, but the lane could not be told of it.
func TestRouterTellsAgain(t *testing.T) {
	w := newWorld(t)
	r := NewRouter(w.deps())
	w.fails = 1
	all := []engine.Desired{route(lane, 1, one)}
	if err := r.Reconcile(t.Context(), all); !fault.Is(err, fault.Unavailable) {
		t.Fatal(err)
	}
	if len(w.told(deploy.EventRouted)) != 0 {
		t.Fatal("told")
	}
	for range 2 {
		if err := r.Reconcile(t.Context(), all); err != nil {
			t.Fatal(err)
		}
	}
	if told := w.told(deploy.EventRouted); len(told) != 1 {
		t.Errorf("%q", told)
	}
}

// TestRouterIsolates: a lane whose route cannot be had keeps what it had, and holds up no
// other.
func TestRouterIsolates(t *testing.T) {
	w := newWorld(t)
	r := NewRouter(w.deps())
	const other = "deploy/payments/dev"
	if err := r.Reconcile(t.Context(), []engine.Desired{route(lane, 1, one), route(other, 1)}); err != nil {
		t.Fatal(err)
	}
	lost := route(lane, 2)
	lost.Spec = machine.Must(deploy.RouteSpec{Config: "sha256:lost"})
	if err := r.Reconcile(t.Context(), []engine.Desired{lost, route(other, 2)}); err == nil || !strings.Contains(err.Error(), "sha256:lost") {
		t.Error(err)
	}
	if !slices.Equal(routed(w.table), []string{one}) {
		t.Errorf("the lane lost what it had: %+v", w.table)
	}
	w.refuses = two // the edge does not take this instance's address, say
	if err := r.Reconcile(t.Context(), []engine.Desired{route(lane, 3, two), route(other, 3)}); err == nil || !strings.Contains(err.Error(), lane) {
		t.Error(err)
	}
	if !slices.Equal(routed(w.table), []string{one}) {
		t.Errorf("the lane lost what it had: %+v", w.table)
	}
	told := strings.Join(w.told(deploy.EventRouted), "; ")
	if !strings.Contains(told, other+` {"revision":2}`) || !strings.Contains(told, other+` {"revision":3}`) ||
		strings.Contains(told, lane+` {"revision":2}`) || strings.Contains(told, lane+` {"revision":3}`) {
		t.Errorf("told %s", told)
	}
	w.refuses = ""
	if err := r.Reconcile(t.Context(), []engine.Desired{route(lane, 3, two), route(other, 3)}); err != nil {
		t.Error(err)
	}
	if told := w.told(deploy.EventRouted); told[len(told)-1] != lane+` {"revision":3}` {
		t.Errorf("told %q", told)
	}
}

// TestRouterGivesFlows: the edge gets the flows as they are, at once when they changed, and
// keeps those that it has when they cannot be had or are no good; routes do not wait for that.
func TestRouterGivesFlows(t *testing.T) {
	w := newWorld(t)
	deps := w.deps()
	flows, failure := []edgewire.Flow{{Name: "purchase"}}, error(nil)
	deps.Flows = func(context.Context) ([]edgewire.Flow, error) { return flows, failure }
	r := NewRouter(deps)
	has := func(revision int64, want string) {
		t.Helper()
		if err := r.Reconcile(t.Context(), []engine.Desired{route(lane, revision, one)}); err != nil {
			t.Fatal(err)
		}
		if len(w.table.Flows) != 1 || w.table.Flows[0].Name != want || !slices.Equal(routed(w.table), []string{one}) {
			t.Errorf("%+v", w.table)
		}
	}
	has(1, "purchase")
	flows = []edgewire.Flow{{Name: "buy"}}
	if err := r.Nudge(t.Context()); err != nil || w.table.Flows[0].Name != "buy" || !slices.Equal(routed(w.table), []string{one}) {
		t.Errorf("%v %+v", err, w.table)
	}
	failure = fault.New(fault.Unavailable, "the catalog is away")
	has(2, "buy")
	failure, w.badFlow, flows = nil, "hostile", []edgewire.Flow{{Name: "hostile"}}
	has(3, "buy")
	if log := w.logged(); !strings.Contains(log, "the catalog is away") || !strings.Contains(log, "no good pattern") {
		t.Error(log)
	}
	flows = nil
	deps.Epoch = func() int64 { return 8 }
	again := NewRouter(deps) // another control plane
	if err := again.Nudge(t.Context()); err != nil || len(w.table.Flows) != 0 || !slices.Equal(routed(w.table), []string{one}) {
		t.Errorf("%v %+v", err, w.table)
	}
}

// TestRouterTellsUsersApart: what a lane wishes for its canary reaches the edge.
func TestRouterTellsUsersApart(t *testing.T) {
	t.Parallel()
	spec := deploy.RouteSpec{Sticky: &config.Sticky{Cookie: true}, Apart: true,
		Groups: []deploy.RouteGroup{{Deployment: "tickets.dev.2", Match: &deploy.Match{Header: "X-Internal", Value: "yes"}}, {Deployment: "tickets.dev.1", Weight: 100}}}
	s := serviceOf(spec, config.Resolved{})
	if s.Sticky == nil || s.Sticky.Cookie != StickyCookie || !s.Apart || s.Groups[1].Match != nil || *s.Groups[0].Match != (edgewire.Match{Header: "X-Internal", Value: "yes"}) {
		t.Errorf("%+v", s)
	}
	spec.Sticky = &config.Sticky{Header: "X-User"}
	if s := serviceOf(spec, config.Resolved{}); *s.Sticky != (edgewire.Sticky{Header: "X-User"}) {
		t.Errorf("%+v", s.Sticky)
	}
}

// TestRouterGivesFaults: what is to go wrong goes with the table, and what the edge has of
// before stays while nobody knows yet.
func TestRouterGivesFaults(t *testing.T) {
	w := newWorld(t)
	before := edgewire.Trouble{Service: "tickets", Environment: "dev", Share: 1, Status: 503}
	w.table.Faults = []edgewire.Trouble{before}
	var faults []edgewire.Trouble
	known := false
	d := w.deps()
	d.Faults = func() ([]edgewire.Trouble, bool) { return faults, known }
	r := NewRouter(d)
	if err := r.Reconcile(t.Context(), []engine.Desired{route(lane, 1, one)}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(w.table.Faults, []edgewire.Trouble{before}) {
		t.Errorf("%+v", w.table.Faults)
	}
	for _, now := range [][]edgewire.Trouble{{{Service: "seats", Environment: "dev", Share: 0.5, Status: 500}}, nil} {
		faults, known = now, true
		if err := r.Nudge(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(w.table.Faults, now) || len(w.table.Services) != 1 {
			t.Errorf("%+v", w.table)
		}
	}
}
