package web

import (
	"strings"
	"time"

	"slipway.dev/client/model"
)

// busyShop is a fake in which about all happens that a page can show.
func busyShop() *fake {
	f := newFake()
	dig := func(c string) string { return "sha256:" + strings.Repeat(c, 64) }
	gate := model.Gate{Service: "tickets", Environment: "prod", Release: "r4", Deployment: "tickets.prod.4", Verdict: "fail", Artifact: dig("4"), Config: dig("c"), Policy: dig("e"), At: noon, Next: noon.Add(30 * time.Minute),
		Conditions: []model.Condition{
			{Name: "approvals", Verdict: "fail", Reason: "1 of 2 approvals: bob", Needs: []string{"one more approval by operations or product: carol, dan or erin", "slipway approve tickets.prod.4"}},
			{Name: "previous", Verdict: "pass", Reason: "r4 runs in staging and is healthy since 2 hours", Needs: []string{}},
			{Name: "soak", Verdict: "fail", Reason: "12 of 30 minutes in staging without trouble", Needs: []string{"wait until 12:30 UTC"}},
			{Name: "windows", Verdict: "pass", Reason: "Monday to Thursday 09:00 to 16:00 Europe/Berlin", Needs: []string{}},
			{Name: "readiness", Verdict: "unknown", Reason: "nothing is known of the standard production", Needs: []string{"an administrator takes it out of the gate"}},
			{Name: "budget", Verdict: "waived", Reason: "waived by carol until Friday", Needs: []string{}},
			{Name: "freeze", Verdict: "notApplicable", Reason: "there is no freeze", Needs: []string{}},
		}}
	placed := func(dep, commit, subj string, ago time.Duration) *model.Placed {
		return &model.Placed{Deployment: dep, Release: "r" + commit[:1], Commit: commit, Subject: subj, CompletedAt: noon.Add(-ago)}
	}
	inst := []model.Instance{{State: "healthy", Routed: true}, {State: "healthy", Routed: true}}
	f.board = Board{
		Environments: []environment{{"dev", ""}, {"staging", "dev"}, {"prod", "staging"}},
		Gates:        []model.Gate{gate},
		Lanes: []model.Lane{
			{Service: "tickets", Environment: "dev", Team: "box-office", Status: "idle", Current: placed("tickets.dev.5", "5be12fab77", "Show the seat plan before the price", 10*time.Minute), Kept: []model.Placed{*placed("tickets.dev.4", "4be12fab77", "Sell tickets twice", time.Hour)}, Instances: inst, URLs: []string{"http://shop.localhost:8080/orders"}},
			{Service: "tickets", Environment: "staging", Team: "box-office", Status: "idle", Current: placed("tickets.staging.4", "4be12fab77", "Sell tickets twice", time.Hour), Kept: []model.Placed{*placed("tickets.staging.3", "3be12fab77", "Take cards", 26*time.Hour)}, Instances: inst},
			{Service: "tickets", Environment: "prod", Team: "box-office", Status: "waiting", Text: "r4 waits at the gate", Current: placed("tickets.prod.3", "3be12fab77", "Take cards", 26*time.Hour), Kept: []model.Placed{*placed("tickets.prod.2", "2be12fab77", "Begin", 50*time.Hour), *placed("tickets.prod.1", "1be12fab77", "First of all", 90*time.Hour)}, Instances: inst, URLs: []string{"https://shop.example.org/orders"}},
			{Service: "payments", Environment: "dev", Team: "money", Status: "shifting", Active: &model.Deployment{ID: "payments.dev.9", Commit: "9aa1bc2d3e", Subject: "Round to cents, not to euros", Weight: 25, Stage: 2, Stages: 4, RequestedAt: noon.Add(-3 * time.Minute)}, Current: placed("payments.dev.8", "8aa1bc2d3e", "Speak to the bank", 5*time.Hour), Instances: inst},
			{Service: "payments", Environment: "prod", Team: "money", Status: "held", Text: "the edge does not apply route revision 12", Active: &model.Deployment{ID: "payments.prod.3", Commit: "7aa1bc2d3e", Subject: "Ask twice", Weight: 10, Stage: 1, Stages: 4, RequestedAt: noon.Add(-30 * time.Minute)}, Current: placed("payments.prod.2", "6aa1bc2d3e", "Speak to the bank", 50*time.Hour), Instances: inst[:1]},
		},
		Finished: []model.Deployment{},
	}
	f.plan = model.Plan{Service: "tickets", Environment: "prod", Team: "box-office", Release: "r4", Commit: "4be12fab77", Artifact: dig("4"), Config: dig("c"), From: "r3", Releases: []string{"r4"},
		Commits: []model.PlanCommit{{ID: "4be12fab77aa", Subject: "Sell tickets twice", Author: "Ada Lovelace", At: noon.Add(-3 * time.Hour)}, {ID: "4ae12fab77aa", Subject: "Let a seat be given back until the evening before, also by telephone", Author: "Bob", At: noon.Add(-9 * time.Hour)}},
		Changes: []model.FieldChange{{Path: "config.CURRENCY", Old: `"EUR"`, New: `"CHF"`}, {Path: "run.replicas", Old: "2", New: "4"}, {Path: "config.DEBUG", Old: `"yes"`}},
		Gate:    gate, Strategy: "canary", Migration: "expand", Steps: []string{"4 instances start beside the old", "smoke checks: GET /orders/health", "10 % of requests for 2 min", "50 % of requests for 5 min", "all requests, watched for 10 min"}, Seconds: 1080, Basis: "the median of the last 7 deployments here",
		Rollback:  model.RollbackPath{To: "r3", Conditions: []string{"an instance crashes again and again", "more than 5 % of requests fail", "a smoke check fails"}, Notes: []string{"The migration is of class expand: r3 runs with it."}},
		Contacts:  []model.Contact{{Role: "owner", Name: "box-office"}, {Role: "on call", Name: "carol", Email: "carol@example.org"}, {Role: "approvers", Name: "bob, carol, dan, erin"}},
		Checklist: []string{"Buy a ticket (box-office)", "See the order in the ledger (money)"}, MadeAt: noon}
	f.detail = model.DeploymentDetail{Deployment: model.Deployment{ID: "tickets.prod.4", Service: "tickets", Environment: "prod", Release: "r4", Commit: "4be12fab77", Subject: "Sell tickets twice", Artifact: dig("4"), Config: dig("c"), Strategy: "canary", Outcome: "waiting", Reason: "waits at the gate: approvals, soak, readiness", RequestedAt: noon.Add(-20 * time.Minute)}, Plan: &f.plan, Gate: &gate, VSA: dig("a")}
	f.glasses = []model.Glass{
		{ID: "payments.prod", Service: "payments", Environment: "prod", Status: "open", Criterion: "customers cannot pay", Reason: "the bank's certificate changed, and the fix cannot wait for the soak", By: "person:bob", Confirmed: "person:carol", Until: noon.Add(40 * time.Minute), Used: []string{"payments.prod.3"}},
		{ID: "ledger", System: "ledger", Status: "review", Overdue: true, Criterion: "data loss", Reason: "the disk was full", By: "person:dan", Task: "glass.ledger.1", ReviewBy: noon.Add(-time.Hour)},
	}
	f.tasks = []model.Task{
		{Name: "tickets.prod.4", Kind: "approval", Title: "Approve tickets r4 for prod", Text: "Sell tickets twice", Service: "tickets", Team: "box-office", Environment: "prod", Status: "open", Digests: map[string]string{"artifact": dig("4"), "config": dig("c")}, From: []string{"operations", "product"}, Quorum: 2, Agreed: 1, Answers: []model.TaskGiven{{Person: "bob", Decision: "approve", Comment: "Tried it in staging, with three kinds of card.", At: noon.Add(-12 * time.Minute)}, {Person: "dan", Decision: "approve", At: noon.Add(-15 * time.Minute), Void: "the configuration changed"}}, AskedBy: "person:bob", OpenedAt: noon.Add(-20 * time.Minute), Deadline: noon.Add(20 * time.Hour), Mine: true},
		{Name: "policy.Environment.prod", Kind: "review", Title: "Change the environment prod", Text: "approvals.count: 2 → 1\nsoak: 30m → 10m", Status: "open", Digests: map[string]string{"resource": dig("b")}, From: []string{"security", "admin"}, Quorum: 1, AskedBy: "person:erin", OpenedAt: noon.Add(-2 * time.Hour), Mine: true},
		{Name: "access.all.prod", Kind: "access", Title: "Who may do what in prod", Text: "team:operations operator in prod: 4 account(s), last signed in 2026-02-28\nperson:eve admin: 1 account(s), never signed in",
			Status: "open", From: []string{"role:security", "role:admin"}, Quorum: 1, FourEyes: true, AskedBy: "host:root", OpenedAt: noon.Add(-3 * time.Hour), Mine: true, Schema: []byte(`{"type":"object","required":["remove"],"properties":{
				"remove":{"title":"Remove these; keep the others","type":"array","items":{"enum":["team:operations operator in prod","person:eve admin"]}},
				"why":{"title":"Why","description":"For who reads the audit log","type":"string"},"sure":{"title":"I have asked them","type":"boolean"},"seats":{"type":"integer"},"more":{"type":"object"}}}`)},
		{Name: "tickets.staging.5", Kind: "approval", Title: "Approve tickets r5 for staging", Text: "Show the seat plan before the price", Service: "tickets", Environment: "staging", Status: "open", Digests: map[string]string{"artifact": dig("5"), "config": dig("d")}, From: []string{"approver"}, Quorum: 1, AskedBy: "system:promote", OpenedAt: noon.Add(-time.Minute), WhyNot: "ada may not answer the task tickets.staging.5: wrote 5be12fa"},
	}
	f.who.Roles = []model.Binding{{Subject: "person:ada", Role: "approver", Environment: "prod"}, {Subject: "team:operations", Role: "operator"}}
	f.who.Addresses = []string{"ada@example.org"}
	f.who.Passkeys = []model.Passkey{{ID: "k1", Title: "Phone", AddedAt: noon.Add(-300 * time.Hour), UsedAt: noon.Add(-time.Hour)}}
	f.who.Recovery = 9
	return f
}
