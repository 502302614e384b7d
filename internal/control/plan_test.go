package control_test

import (
	"slices"
	"strings"
	"testing"

	"slipway.dev/client/model"
	"slipway.dev/internal/control"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
)

// wrote says who wrote all commits.
func (w *world) wrote(addresses ...string) {
	var list []gate.Contributor
	for _, a := range addresses {
		list = append(list, gate.Contributor{Name: a, Email: a})
	}
	w.writers.Store(&list)
}

// TestPlanNamesOnlyWhoMayApprove: not who wrote the change, nor who may not there.
func TestPlanNamesOnlyWhoMayApprove(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", platform)
	w.approvers("ada approver", "bob approver prod", "cy approver", "dan approver staging", "eve developer")
	w.wrote("ada@example.com")
	w.live("a1")
	named := func() string {
		var names []string
		for _, c := range try(w.Plan(w.ctx, "tickets", "prod", ""))(t).Contacts {
			if c.Role == "may approve (approver)" {
				names = append(names, c.Name+" "+c.Email)
			}
		}
		return strings.Join(names, ", ")
	}
	if got, want := named(), "bob bob@example.com, cy cy@example.com"; got != want {
		t.Errorf("%q, wanted %q", got, want)
	}
	// As long as nobody knows who wrote it, it may have been any of them.
	w.wrote("zoe@nowhere.example")
	w.live("b2")
	if got := named(); got != "" {
		t.Errorf("%q, though an author is not known", got)
	}
}

// TestPromoteWaitsForTheEnvironmentBefore: what is still on its way there is not told to be
// nowhere.
func TestPromoteWaitsForTheEnvironmentBefore(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", platform)
	_, err := w.Promote(w.ctx, model.PromoteRequest{Service: "tickets", Environment: "prod"})
	w.refused(err, fault.NotFound)
	w.pushed("a1", strings.Replace(tickets, "observe: 10ms", "observe: 1h", 1))
	w.until("it is watched", func(l model.Lane) bool { return l.Active != nil && l.Active.Outcome == "observing" })
	_, err = w.Promote(w.ctx, model.PromoteRequest{Service: "tickets", Environment: "prod"})
	w.refused(err, fault.Refused, "still on its way into dev (observing)")
}

// TestMarks: lists say what came as a hotfix, and what was revoked since.
func TestMarks(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", platform)
	w.approvers("bob approver")
	current := w.live("a1").Current
	r := try(w.Promote(w.ctx, model.PromoteRequest{Service: "tickets", Environment: "prod", Expedite: true}))(t)
	w.await("it is asked for", func() bool {
		m, err := w.Task(w.as("bob"), r.Deployment)
		if err != nil {
			return false
		}
		_, err = w.AnswerTask(w.as("bob"), r.Deployment, model.TaskAnswer{Decision: "approve", Digests: m.Digests})
		return err == nil
	})
	var last model.Deployment
	w.await("it is completed", func() bool {
		list := try(w.Deployments(w.ctx, model.DeploymentsQuery{Environment: "prod"}))(t)
		last = append(list, model.Deployment{})[0]
		return last.Outcome == "completed"
	})
	if !last.Expedite || last.Glass != "" || last.Train != "" || last.Revoked != "" {
		t.Errorf("%+v", last)
	}
	try(w.RevokeRelease(w.ctx, "tickets", current.Release, model.RevokeRequest{Reason: "it leaks"}))(t)
	lane := try(w.Lane(w.ctx, "tickets", "prod"))(t)
	all := try(w.Releases(w.ctx, "tickets", 0))(t)
	list := try(w.Deployments(w.ctx, model.DeploymentsQuery{}))(t)
	if lane.Current.Revoked != "it leaks" || all[0].Revoked != "it leaks" || all[0].RevokedBy != admin.String() || list[0].Revoked != "it leaks" {
		t.Errorf("%+v\n%+v\n%+v", lane.Current, all, list)
	}
}

// TestWindowIsAskedForOnce: what waits already is not told to be asked for.
func TestWindowIsAskedForOnce(t *testing.T) {
	w := newWorld(t)
	day := w.engine.Now().UTC().AddDate(0, 0, 3).Weekday().String()[:3]
	w.apply("hand", strings.Replace(platform, "after: dev,", `after: dev, gate: {windows: [{weekdays: `+strings.ToLower(day)+`, from: "09:00", to: "10:00"}]},`, 1))
	w.live("a1")
	const offer = "or ask for it now: slipway promote tickets prod --at next-window"
	needs := func() (list []string) {
		g := try(w.Gate(w.ctx, model.GateQuery{Service: "tickets", Environment: "prod"}))(t)
		for _, c := range g.Conditions {
			if c.Name == "window" {
				list = c.Needs
			}
		}
		return list
	}
	if got := needs(); !slices.Contains(got, offer) || !slices.Contains(got, "wait until then") {
		t.Errorf("before it was asked for: %q", got)
	}
	try(w.Promote(w.ctx, model.PromoteRequest{Service: "tickets", Environment: "prod"}))(t)
	if got := needs(); !slices.Equal(got, []string{"wait until then"}) {
		t.Errorf("while it waits: %q", got)
	}
}

// TestOnlyPeopleBreakGlass: nobody else is told that they may.
func TestOnlyPeopleBreakGlass(t *testing.T) {
	w := newWorld(t)
	w.approvers("ada operator")
	for who, c := range map[string]access.Caller{
		"a person": access.PersonCaller("ada", ""),
		"a token":  access.TokenCaller("ada", "ci", []access.Operation{access.Read, access.Glass}),
		"the host": {Actor: machine.Actor{Kind: "host", Name: "root"}},
	} {
		operations := try(w.Whoami(control.WithCaller(t.Context(), c)))(t).Operations
		if slices.Contains(operations, "glass") != (who == "a person") || !slices.Contains(operations, "read") {
			t.Errorf("%s: %q", who, operations)
		}
	}
}
