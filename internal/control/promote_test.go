package control_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/sign"
)

// door gives the platform with what prod asks at its door, and maybe more resources.
func door(asks string, more ...string) string {
	return strings.Replace(platform, "after: dev,", "after: dev, gate: {"+asks+"},", 1) + strings.Join(more, "")
}

const frozen = `
---
apiVersion: slipway.dev/v1
kind: Freeze
metadata: {name: fair}
spec: {environments: [prod], from: "2020-01-01T00:00:00Z", until: "2120-01-01T00:00:00Z", reason: the fair}
`

// authored says whose all commits are.
func (w *world) authored(addresses ...string) {
	list := []gate.Contributor{}
	for _, a := range addresses {
		list = append(list, gate.Contributor{Name: a, Email: a})
	}
	w.writers.Store(&list)
}

// promoted asks for what runs in dev to go on into prod.
func (w *world) promoted(ctx context.Context, change func(*model.PromoteRequest)) string {
	w.Helper()
	r := model.PromoteRequest{Service: "tickets", Environment: "prod"}
	if change != nil {
		change(&r)
	}
	return try(w.Promote(ctx, r))(w).Deployment
}

// says has somebody answer the approval of a deployment, when there is one.
func (w *world) says(who context.Context, deployment, decision string) error {
	w.Helper()
	w.await("an approval is asked for", func() bool {
		_, err := engineLoad[any](w, "task/"+deployment)
		return !fault.Is(err, fault.NotFound)
	})
	m, err := w.Task(w.ctx, deployment)
	if err != nil {
		return err
	}
	_, err = w.AnswerTask(who, deployment, model.TaskAnswer{Decision: decision, Digests: m.Digests})
	return err
}

// reaches waits until a commit of a service is completed in an environment.
func (w *world) reaches(service, environment, n string) (lane model.Lane) {
	w.Helper()
	w.await(n+" of "+service+" runs in "+environment, func() bool {
		var err error
		lane, err = w.Lane(w.ctx, service, environment)
		return err == nil && lane.Active == nil && lane.Current != nil && strings.HasPrefix(lane.Current.Commit, n)
	})
	return lane
}

// stands gives how the door of prod stands, "verdict: approvals fail, soak pass".
func (w *world) stands(q model.GateQuery) string {
	w.Helper()
	q.Service, q.Environment = "tickets", "prod"
	g := try(w.Gate(w.ctx, q))(w)
	words := []string{}
	for _, c := range g.Conditions {
		words = append(words, c.Name+" "+c.Verdict)
	}
	return g.Verdict + ": " + strings.Join(words, ", ")
}

// A release goes on into prod when two people have approved who did not write it.
func TestPromote(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", door("approvals: {count: 2}"))
	w.approvers("ada approver", "bob approver", "cid approver", "dev developer", "vic viewer")
	w.authored("ada@example.com")
	w.live("a1")
	_, err := w.Promote(w.as("vic"), model.PromoteRequest{Service: "tickets", Environment: "prod"})
	w.refused(err, fault.Denied)
	_, err = w.Promote(w.as("dev"), model.PromoteRequest{Service: "tickets", Environment: "nosuch"})
	w.refused(err, fault.NotFound, "there is no Environment nosuch")
	d := w.promoted(w.as("dev"), nil)
	w.refused(w.says(w.as("ada"), d, "approve"), fault.Denied, "wrote part")
	w.refused(w.says(w.asToken("ada", access.Read, access.Approve), d, "approve"), fault.Denied)
	w.refused(w.says(w.as("dev"), d, "approve"), fault.Denied)
	if err := w.says(w.as("bob"), d, "approve"); err != nil {
		t.Fatal(err)
	}
	w.refused(w.says(w.asToken("bob", access.Read, access.Approve), d, "approve"), fault.Refused, "answered")
	if got := w.stands(model.GateQuery{}); got != "fail: previous pass, approvals fail" {
		t.Errorf("with one approval: %s", got)
	}
	detail := try(w.Deployment(w.ctx, d))(t)
	if detail.Plan == nil || detail.Gate == nil || detail.Gate.Deployment != d || detail.VSA != "" || !detail.FinishedAt.IsZero() {
		t.Errorf("while it waits: %+v", detail)
	}
	if err := w.says(w.as("cid"), d, "approve"); err != nil {
		t.Fatal(err)
	}
	w.reaches("tickets", "prod", "a1")
	w.await("its decision is signed", func() bool {
		detail = try(w.Deployment(w.ctx, d))(t)
		return detail.VSA != "" && !detail.FinishedAt.IsZero()
	})
	if detail.Outcome != "completed" || detail.Gate.Verdict != "pass" || len(detail.Gate.Conditions) != 2 || detail.Plan.Release != detail.Release || detail.Plan.Gate.Verdict != "fail" {
		t.Errorf("%+v\n%+v\n%+v", detail.Deployment, detail.Gate, detail.Plan)
	}
	e := try(w.Decision(w.ctx, d))(t)
	v := try(sign.Verify(t.Context(), e.Envelope, []sign.Trusted{{PEM: e.Keys[0].Public}}))(t)
	for _, says := range []string{"#bob", "#cid", "PASSED", "slipway:service/tickets/environment/prod"} {
		if !strings.Contains(string(v.Predicate), says) {
			t.Errorf("the decision does not say %s: %s", says, v.Predicate)
		}
	}
	if strings.Contains(string(v.Predicate), "#ada") || !v.About(detail.Artifact) {
		t.Errorf("%s", v.Predicate)
	}
	_, err = w.Promote(w.as("dev"), model.PromoteRequest{Service: "tickets", Environment: "prod"})
	w.refused(err, fault.Refused, "already runs")
	_, err = w.Decision(w.ctx, "tickets.prod.9")
	w.refused(err, fault.NotFound)
}

// A revoked release enters nowhere, whoever approves, and is not gone back to.
func TestRevokeClosesTheWays(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", door("approvals: {count: 1}"))
	w.approvers("bob approver", "gus operator", "dev developer")
	for _, n := range []string{"a1", "b2"} {
		w.live(n)
		d := w.promoted(w.ctx, nil)
		if err := w.says(w.as("bob"), d, "approve"); err != nil {
			t.Fatal(err)
		}
		w.reaches("tickets", "prod", n)
	}
	revoke := func(who context.Context, reason string) error {
		_, err := w.RevokeRelease(who, "tickets", "a1", model.RevokeRequest{Reason: reason})
		return err
	}
	w.refused(revoke(w.as("dev"), "it leaks"), fault.Denied)
	w.refused(revoke(w.as("gus"), " "), fault.Invalid, "reason")
	if err := revoke(w.as("gus"), "it leaks"); err != nil {
		t.Fatal(err)
	}
	w.refused(revoke(w.as("gus"), "it leaks"), fault.Refused, "was revoked by")
	for _, to := range []string{"a1", ""} {
		_, err := w.Rollback(w.ctx, model.RollbackRequest{Service: "tickets", Environment: "prod", To: to})
		w.refused(err, fault.Refused)
	}
	d := w.promoted(w.ctx, func(r *model.PromoteRequest) { r.Release = "a1" })
	if err := w.says(w.as("bob"), d, "approve"); err != nil {
		t.Fatal(err)
	}
	if got := w.stands(model.GateQuery{Release: "a1", With: []string{"approval=bob"}}); got != "fail: revoked fail, previous fail, approvals pass" {
		t.Error(got)
	}
}

// A hotfix does not wait for soak and window, but for its approvals, and is marked.
func TestExpediteRelaxesNoApproval(t *testing.T) {
	w := newWorld(t)
	day := strings.ToLower(w.engine.Now().UTC().AddDate(0, 0, 3).Weekday().String()[:3])
	w.apply("hand", door(`soak: 24h, approvals: {count: 1}, windows: [{weekdays: `+day+`, from: "09:00", to: "10:00"}]`))
	w.approvers("bob approver")
	w.live("a1")
	if got := w.stands(model.GateQuery{}); got != "fail: previous pass, approvals fail, soak fail, window fail" {
		t.Error(got)
	}
	d := w.promoted(w.ctx, func(r *model.PromoteRequest) { r.Expedite = true })
	if got := w.stands(model.GateQuery{}); got != "fail: previous pass, approvals fail, soak notApplicable, window notApplicable" {
		t.Error(got)
	}
	if lane := try(w.Lane(w.ctx, "tickets", "prod"))(t); lane.Current != nil || lane.Status != "waiting" {
		t.Errorf("it went in: %+v", lane)
	}
	if err := w.says(w.as("bob"), d, "approve"); err != nil {
		t.Fatal(err)
	}
	w.reaches("tickets", "prod", "a1")
	w.await("it is marked", func() bool {
		x, err := w.Deployment(w.ctx, d)
		return err == nil && x.Gate != nil && x.Gate.Expedite && x.Plan.Gate.Expedite
	})
}

// A freeze keeps releases out, but nobody from going back.
func TestAFreezeStopsNoRollback(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", door("approvals: {count: 0}"))
	for _, n := range []string{"a1", "b2"} {
		w.live(n)
		w.promoted(w.ctx, nil)
		w.reaches("tickets", "prod", n)
	}
	w.live("c3")
	w.apply("hand", door("approvals: {count: 0}", frozen))
	w.promoted(w.ctx, nil)
	w.await("the freeze is told", func() bool { return w.stands(model.GateQuery{}) == "fail: previous pass, freeze fail" })
	try(w.Rollback(w.ctx, model.RollbackRequest{Service: "tickets", Environment: "prod"}))(t)
	w.await("it went back", func() bool {
		lane := try(w.Lane(w.ctx, "tickets", "prod"))(t)
		return strings.HasPrefix(lane.Current.Commit, "a1") && lane.Status == "waiting" // c3 does
	})
}

func TestPromoteAtATime(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", door("approvals: {count: 0}"))
	w.live("a1")
	ask := func(at time.Time, window bool) error {
		_, err := w.Promote(w.ctx, model.PromoteRequest{Service: "tickets", Environment: "prod", At: at, Window: window})
		return err
	}
	now := w.engine.Now()
	w.refused(ask(now.Add(-time.Minute), false), fault.Invalid, "is past")
	w.refused(ask(now.Add(time.Hour), true), fault.Invalid, "not for both")
	w.refused(ask(time.Time{}, true), fault.Refused, "has no windows")
	d := w.promoted(w.ctx, func(r *model.PromoteRequest) { r.At = now.Add(time.Hour) })
	if got := w.stands(model.GateQuery{}); got != "fail: previous pass, at fail" {
		t.Error(got)
	}
	if got := w.stands(model.GateQuery{At: now.Add(2 * time.Hour)}); got != "pass: previous pass, at pass" {
		t.Error(got)
	}
	try(w.Abort(w.ctx, model.AbortRequest{Service: "tickets", Environment: "prod", Deployment: d}))(t)
	at := w.engine.Now().Add(700 * time.Millisecond)
	d = w.promoted(w.ctx, func(r *model.PromoteRequest) { r.At = at })
	w.reaches("tickets", "prod", "a1")
	if x := try(w.Deployment(w.ctx, d))(t); x.Gate.At.Before(at) {
		t.Errorf("it went in at %v, before %v", x.Gate.At, at)
	}
}

func TestPromoteAtTheNextWindow(t *testing.T) {
	w := newWorld(t)
	opens := w.engine.Now().UTC().AddDate(0, 0, 3).Truncate(24 * time.Hour).Add(9 * time.Hour)
	day := strings.ToLower(opens.Weekday().String()[:3])
	w.apply("hand", door(fmt.Sprintf(`approvals: {count: 0}, windows: [{weekdays: %s, from: "09:00", to: "10:00"}]`, day)))
	w.live("a1")
	d := w.promoted(w.ctx, func(r *model.PromoteRequest) { r.Window = true })
	if got := w.stands(model.GateQuery{}); got != "fail: previous pass, window fail, at fail" {
		t.Error(got)
	}
	if got := w.stands(model.GateQuery{At: opens}); got != "pass: previous pass, window pass, at pass" {
		t.Error(got)
	}
	if g := try(w.Gate(w.ctx, model.GateQuery{Service: "tickets", Environment: "prod"}))(t); !g.Next.Equal(opens) || g.Deployment != d {
		t.Errorf("%+v", g)
	}
	all := try(w.Gates(w.ctx))(t)
	if !slices.ContainsFunc(all, func(g model.Gate) bool { return g.Deployment == d }) {
		t.Errorf("%+v", all)
	}
}
