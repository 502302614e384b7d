package control_test

import (
	"encoding/json"
	"strings"
	"testing"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// What if, asked through the door: as JSON it has what the documents promise.
func TestGateExplains(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", door("approvals: {count: 2}"))
	w.approvers("ada approver", "bob approver", "cid approver")
	w.authored("ada@example.com")
	_, err := w.Gate(w.ctx, model.GateQuery{Service: "tickets", Environment: "prod"})
	w.refused(err, fault.NotFound, "there is no Service tickets")
	w.live("a1")
	for want, with := range map[string][]string{
		"fail: previous pass, approvals fail": {"approval=bob", "approval=ada"},
		"pass: previous pass, approvals pass": {"approval=bob", "approval=cid"},
	} {
		if got := w.stands(model.GateQuery{With: with}); got != want {
			t.Errorf("%v: %s", with, got)
		}
	}
	for _, c := range []struct {
		q    model.GateQuery
		code fault.Code
	}{
		{model.GateQuery{With: []string{"waiver=bob"}}, fault.Invalid},
		{model.GateQuery{With: []string{"approval="}}, fault.Invalid},
		{model.GateQuery{Release: "ff"}, fault.NotFound},
		{model.GateQuery{Environment: "nosuch"}, fault.NotFound},
		{model.GateQuery{Service: "nosuch"}, fault.NotFound},
	} {
		if c.q.Service == "" {
			c.q.Service = "tickets"
		}
		if c.q.Environment == "" {
			c.q.Environment = "prod"
		}
		_, err := w.Gate(w.ctx, c.q)
		w.refused(err, c.code)
	}
	g := try(w.Gate(w.ctx, model.GateQuery{Service: "tickets", Environment: "prod"}))(t)
	var said struct {
		Verdict    string
		Conditions []struct {
			Name, Verdict, Reason string
			Needs                 *[]string
		}
	}
	if err := json.Unmarshal(try(json.Marshal(g))(t), &said); err != nil {
		t.Fatal(err)
	}
	for _, c := range said.Conditions {
		if c.Needs == nil || c.Reason == "" || (c.Verdict == "fail") != (len(*c.Needs) > 0) {
			t.Errorf("%+v", c)
		}
	}
	if who := strings.Join(g.Conditions[1].Needs, " "); strings.Contains(who, "ada") || !strings.Contains(who, "bob, cid") {
		t.Errorf("who can: %s", who)
	}
}

// A list has only doors that its reader may see, and only while something waits there.
func TestGatesThatWait(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", door("approvals: {count: 1}"))
	w.approvers("bob approver", "deb developer dev")
	w.live("a1")
	if list := try(w.Gates(w.ctx))(t); len(list) != 0 {
		t.Errorf("%+v", list)
	}
	d := w.promoted(w.ctx, nil)
	if list := try(w.Gates(w.as("bob")))(t); len(list) != 1 || list[0].Deployment != d || list[0].Verdict != "fail" {
		t.Errorf("%+v", list)
	}
	if list := try(w.Gates(w.as("deb")))(t); len(list) != 0 {
		t.Errorf("who has a role in dev only sees %+v", list)
	}
	_, err := w.Gate(w.as("deb"), model.GateQuery{Service: "tickets", Environment: "prod"})
	w.refused(err, fault.Denied)
	_, err = w.Deployment(w.as("deb"), d)
	w.refused(err, fault.Denied)
	_, err = w.Plan(w.as("deb"), "tickets", "prod", "")
	w.refused(err, fault.Denied)
	if err := w.says(w.as("bob"), d, "approve"); err != nil {
		t.Fatal(err)
	}
	w.reaches("tickets", "prod", "a1")
	if list := try(w.Gates(w.ctx))(t); len(list) != 0 {
		t.Errorf("%+v", list)
	}
}
