package control_test

import (
	"context"
	"strings"
	"testing"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
)

const database = `
---
apiVersion: slipway.dev/v1
kind: System
metadata: {name: orders-db, team: shop}
spec: {description: Database of the orders, environment: prod, breakGlass: {criteria: [outage], exempt: [outage]}}
`

const breakable = "approvals: {count: 2}, breakGlass: {criteria: [outage, leak], exempt: [leak], window: 1h}"

// breaks asks for the glass before tickets in prod.
func (w *world) breaks(who context.Context, criterion string) error {
	_, err := w.BreakGlass(who, model.GlassRequest{Service: "tickets", Environment: "prod", Criterion: criterion, Reason: "customers cannot buy"})
	return err
}

func (w *world) theGlass(service string) model.Glass {
	w.Helper()
	for _, g := range try(w.Glasses(w.ctx))(w) {
		if g.Service == service {
			return g
		}
	}
	w.Fatalf("there is no glass of %q", service)
	return model.Glass{}
}

// The whole way: asked for, confirmed by somebody else, used, over, reviewed by a third; and
// until then no other.
func TestBreakGlass(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", door(breakable))
	w.approvers("ann operator", "bob operator", "sec security", "dev developer")
	w.authored("dev@example.com")
	w.live("a1")
	d := w.promoted(w.as("dev"), nil)
	for name, c := range map[string]struct {
		who       context.Context
		criterion string
		code      fault.Code
	}{
		"a developer":           {w.as("dev"), "outage", fault.Denied},
		"security":              {w.as("sec"), "outage", fault.Denied},
		"an operator's program": {w.asToken("ann", access.Read, access.Glass), "outage", fault.Denied},
		"who runs it":           {w.ctx, "outage", fault.Denied},
		"for no listed reason":  {w.as("ann"), "impatience", fault.Invalid},
	} {
		if err := w.breaks(c.who, c.criterion); !fault.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := w.BreakGlass(w.as("ann"), model.GlassRequest{Service: "tickets", Environment: "dev", Criterion: "outage", Reason: "x"})
	w.refused(err, fault.Refused, "may not be broken")
	for _, r := range []model.GlassRequest{{}, {Service: "tickets"}, {Service: "tickets", Environment: "prod", System: "orders-db"}} {
		if _, err := w.BreakGlass(w.as("ann"), r); !fault.Is(err, fault.Denied) && !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", r, err)
		}
	}
	if err := w.breaks(w.as("ann"), "outage"); err != nil {
		t.Fatal(err)
	}
	g := w.theGlass("tickets")
	if g.Status != "waiting" || g.By != "ann" {
		t.Fatalf("%+v", g)
	}
	if got := w.stands(model.GateQuery{}); !strings.HasPrefix(got, "fail") || try(w.Lane(w.ctx, "tickets", "prod"))(t).Current != nil {
		t.Errorf("it opens before it is confirmed: %s", got)
	}
	confirm := func(who context.Context) error { _, err := w.ConfirmGlass(who, g.ID); return err }
	w.refused(confirm(w.as("ann")), fault.Denied, "somebody else")
	w.refused(confirm(w.as("sec")), fault.Denied)
	w.refused(second(w.ConfirmGlass(w.as("bob"), "nosuch.prod.1")), fault.NotFound)
	if err := confirm(w.as("bob")); err != nil {
		t.Fatal(err)
	}
	w.reaches("tickets", "prod", "a1")
	var x model.DeploymentDetail
	w.await("its decision is signed", func() bool { x = try(w.Deployment(w.ctx, d))(t); return x.VSA != "" })
	if x.Gate.Verdict != "fail" || x.Gate.Glass != g.ID || x.Glass != g.ID {
		t.Errorf("%+v", x.Gate)
	}
	if said := try(w.Decision(w.ctx, d))(t); strings.Contains(payload(t, said), "PASSED") || !strings.Contains(payload(t, said), g.ID) {
		t.Errorf("the decision hides the glass: %s", payload(t, said))
	}
	w.refused(w.breaks(w.as("bob"), "outage"), fault.Refused, "is open already")
	try(w.CloseGlass(w.as("ann"), g.ID, model.GlassClose{Reason: "it is over"}))(t)
	if g = w.theGlass("tickets"); g.Status != "review" || len(g.Used) != 1 || g.Used[0] != d || g.Task == "" {
		t.Fatalf("%+v", g)
	}
	w.refused(w.breaks(w.as("bob"), "leak"), fault.Refused, "nobody has reviewed")
	w.refused(w.says(w.as("ann"), g.Task, "approve"), fault.Denied, "broke the glass")
	w.refused(w.says(w.as("bob"), g.Task, "approve"), fault.Denied, "confirmed")
	if err := w.says(w.as("sec"), g.Task, "reject"); err != nil {
		t.Fatal(err)
	}
	if g = w.theGlass("tickets"); g.Status != "reviewed" || g.Reviewer != "sec" || g.Finding != "rejected" {
		t.Errorf("%+v", g)
	}
	if err := w.breaks(w.as("bob"), "leak"); err != nil || w.theGlass("tickets").Status != "open" { // needs nobody else
		t.Errorf("%v %+v", err, w.theGlass("tickets"))
	}
}

// A critical system named in a manifest has a glass of its own; no release goes in by it.
func TestBreakGlassOfASystem(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", door(breakable, database))
	w.approvers("ann operator", "dan operator dev", "dev developer")
	w.live("a1")
	w.promoted(w.as("dev"), nil)
	ask := func(who, system string) error {
		_, err := w.BreakGlass(w.as(who), model.GlassRequest{System: system, Criterion: "outage", Reason: "rows are locked"})
		return err
	}
	w.refused(ask("ann", "nosuch"), fault.NotFound)
	w.refused(ask("dan", "orders-db"), fault.Denied)
	if err := ask("ann", "orders-db"); err != nil {
		t.Fatal(err)
	}
	if g := w.theGlass(""); g.System != "orders-db" || g.Status != "open" {
		t.Errorf("%+v", g)
	}
	if got := w.stands(model.GateQuery{}); got != "fail: previous pass, approvals fail" || try(w.Lane(w.ctx, "tickets", "prod"))(t).Current != nil {
		t.Errorf("a release goes in by the glass of a system: %s", got)
	}
}
