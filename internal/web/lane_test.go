package web

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/client/model"
)

// shop is a fake with a lane that can be gone back in.
func shop() *fake {
	f := newFake()
	f.board = Board{Lanes: []model.Lane{{
		Service: "tickets", Environment: "prod", Status: "idle", Current: &model.Placed{Release: "r3", Commit: "3333333aaaa"},
		Kept: []model.Placed{{Release: "r2", Commit: "2222222aaaa", Subject: "Take cards", CompletedAt: noon.Add(-time.Hour), Warm: true},
			{Release: "r1", Commit: "1111111aaaa", Revoked: "it leaks"}},
	}, {
		Service: "payments", Environment: "prod", Status: "shifting", Current: &model.Placed{Release: "r1", Commit: "1111111aaaa"},
		Active: &model.Deployment{Release: "r2", Commit: "2222222bbbb"},
	}}}
	f.plan = model.Plan{Service: "tickets", Environment: "prod", Release: "r4", From: "r3", Strategy: "canary", Seconds: 1080, Basis: "the last 7",
		Commits: []model.PlanCommit{{ID: "4444444cccc", Subject: "Sell twice", Author: "Ada", At: noon.Add(-time.Hour)}},
		Changes: []model.FieldChange{{Path: "config.CURRENCY", Old: `"EUR"`, New: `"CHF"`}}, Gate: closed()}
	return f
}

// closed is a gate that asks for an approval.
func closed() model.Gate {
	return model.Gate{Service: "tickets", Environment: "prod", Release: "r4", Verdict: "fail", At: noon, Policy: "sha256:eeeeeeeeeeeeeeeeeeee", Conditions: []model.Condition{
		{Name: "approvals", Verdict: "fail", Reason: "0 of 2 <b>approvals</b>", Needs: []string{"an approval by operations", "another by product"}},
		{Name: "soak", Verdict: "notApplicable", Reason: "none is asked"},
		{Name: "readiness", Verdict: "unknown", Reason: "nothing is known"},
	}}
}

func TestLaneForms(t *testing.T) {
	t.Parallel()
	f := shop()
	v := enter(t, f)
	v.sees("/lanes/tickets/prod/promote?release=r4", "Promote tickets to prod", `name="release" value="r4"`, "4444444", "Sell twice",
		"<del>", "about 18 min", "The gate is closed", "not applicable", "another by product", "&lt;b&gt;approvals", `hx-sse:connect="/events/lanes/tickets/prod/promote?release=r4"`)
	v.sees("/lanes/tickets/prod/rollback", "2222222", "still warm", `name="to" value="r2" checked required`,
		"revoked: it leaks", `name="to" value="r1" disabled required`)
	v.sees("/lanes/tickets/prod/abort", "Nothing is under way here.")
	v.sees("/lanes/payments/prod/abort", "The deployment of <code>2222222</code> stops", "<code>1111111</code>")
	v.sees("/lanes/payments/prod/settle", `value="retry"`, `value="rollback"`, `value="accept"`)

	next := "/deployments/tickets.prod.4"
	v.sends("/lanes/tickets/prod/promote", next, url.Values{"release": {"r4"}, "when": {"now"}, "reason": {"It is time"}})
	v.sends("/lanes/tickets/prod/promote", next, url.Values{"release": {"r4"}, "when": {"window"}, "expedite": {"yes"}})
	v.sends("/lanes/tickets/prod/promote", next, url.Values{"release": {"r4"}, "when": {"at"}, "at": {"2026-03-02T09:30"}})
	v.sends("/lanes/tickets/prod/rollback", next, url.Values{"to": {"r2"}, "reason": {"slow"}, "force": {"yes"}})
	v.sends("/lanes/payments/prod/abort", next, url.Values{"reason": {"wrong one"}})
	v.sends("/lanes/payments/prod/settle", next, url.Values{"decision": {"retry"}, "reason": {"again"}})
	want := []any{
		model.PromoteRequest{Service: "tickets", Environment: "prod", Release: "r4", Reason: "It is time"},
		model.PromoteRequest{Service: "tickets", Environment: "prod", Release: "r4", Window: true, Expedite: true},
		model.PromoteRequest{Service: "tickets", Environment: "prod", Release: "r4", At: time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)},
		model.RollbackRequest{Service: "tickets", Environment: "prod", To: "r2", Force: true, Reason: "slow"},
		model.AbortRequest{Service: "payments", Environment: "prod", Reason: "wrong one"},
		model.SettleRequest{Service: "payments", Environment: "prod", Decision: "retry", Reason: "again"},
	}
	if diff := cmp.Diff(want, f.asked); diff != "" {
		t.Error(diff)
	}
	resp, body := v.send(http.MethodPost, "/lanes/tickets/prod/promote", url.Values{"release": {"r4"}, "when": {"at"}, "at": {"tomorrow"}})
	if resp.StatusCode != http.StatusBadRequest || len(f.asked) != len(want) {
		t.Errorf("a time that is none: %s", resp.Status)
	}
	has(t, body, "The time &#34;tomorrow&#34; is none.")
}

func TestDeployment(t *testing.T) {
	t.Parallel()
	f := shop()
	gate := closed()
	f.detail = model.DeploymentDetail{Deployment: model.Deployment{
		ID: "tickets.prod.4", Service: "tickets", Environment: "prod", Release: "r4", Commit: "4444444cccc", Subject: "Sell twice",
		Artifact: "sha256:4444444444444444", Outcome: "waiting", Reason: "waits for approvals", RequestedAt: noon.Add(-time.Minute),
		Glass: "tickets.prod.g1", Expedite: true, Train: "prod.7", Revoked: "it leaks",
	}, Gate: &gate, Plan: &f.plan}
	v := enter(t, f)
	body := v.sees("/deployments/tickets.prod.4", "Waits at the gate", "2 conditions not met", "The gate is closed", "The way back",
		"Its release was revoked: it leaks", `href="/glass/tickets.prod.g1"`, "A hotfix", "the train prod.7",
		`hx-sse:connect="/events/deployments/tickets.prod.4"`, `title="sha256:4444444444444444">sha256:444444444444…`,
		`action="/tasks/tickets.prod.4/answers"`, `name="digest.artifact" value="sha256:444`, `name="return" value="/deployments/tickets.prod.4"`)
	hasNot(t, body, "signed, to download")

	lines := stream(t, v, "/events/deployments/tickets.prod.4")
	first := readEvent(t, lines)
	has(t, first, "The gate is closed")
	hasNot(t, first, "Your answer", "<textarea") // what somebody types in is not replaced
	f.set(func(f *fake) {
		open := gate
		open.Verdict, open.Conditions = "pass", nil
		f.detail.Gate, f.detail.Outcome, f.detail.VSA = &open, "completed", "sha256:aaaaaaaaaaaaaaaa"
		f.detail.FinishedAt, f.detail.Seconds = noon, 125
	})
	has(t, readEvent(t, lines), "Completed", "The gate was open", "after 2 min 5 s", `href="/deployments/tickets.prod.4/decision"`)

	resp, envelope := v.get("/deployments/tickets.prod.4/decision")
	if got := resp.Header.Get("Content-Disposition"); got != `attachment; filename="tickets.prod.4.dsse.json"` || resp.Header.Get("Content-Type") != "application/vnd.in-toto+json" {
		t.Errorf("%s; %s", got, resp.Header.Get("Content-Type"))
	}
	has(t, envelope, `{"payloadType":"application/vnd.in-toto+json"}`)
	if resp, _ := v.get("/deployments/a%22%0d%0aX:%20y/decision"); resp.Header.Get("Content-Disposition") != `attachment; filename="a---X--y.dsse.json"` {
		t.Errorf("a header from outside: %q", resp.Header)
	}
}

func TestGlass(t *testing.T) {
	t.Parallel()
	f := newFake()
	f.glasses = []model.Glass{
		{ID: "g1", Service: "tickets", Environment: "prod", Status: "waiting", Criterion: "outage", Reason: "nobody can buy", By: "person:bob"},
		{ID: "g2", System: "ledger", Status: "review", Overdue: true, By: "person:ada", Task: "glass.g2"},
		{ID: "g3", Service: "old", Environment: "prod", Status: "reviewed", By: "person:bob"},
		{ID: "g4", System: "vault", Status: "waiting", By: "person:ada"},
	}
	v := enter(t, f)
	for _, path := range []string{"/", "/tasks", "/account"} { // everywhere
		body := v.sees(path, "Somebody wants to break the glass: tickets in prod.", "A broken glass is overdue for review: ledger.", `href="/tasks/glass.g2"`)
		hasNot(t, body, "old in prod")
	}
	v.sees("/glass/g1", `action="/glass/g1/confirm"`, `action="/glass/g1/close"`)
	hasNot(t, v.sees("/glass/g4", `action="/glass/g4/close"`), `action="/glass/g4/confirm"`) // their own
	hasNot(t, v.sees("/glass/g3"), "<form class")
	v.sends("/glass/g1/confirm", "/", url.Values{})
	v.sends("/glass/g1/close", "/", url.Values{"reason": {"over"}})
	if diff := cmp.Diff([]any{"confirm g1", "close g1: over"}, f.asked); diff != "" {
		t.Error(diff)
	}
}
