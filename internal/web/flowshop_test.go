package web

import (
	"time"

	"slipway.dev/client/model"
)

// flowShop is a busy shop whose flows do well and badly.
func flowShop() *fake {
	f := busyShop()
	f.flows = []model.FlowDetail{collect(), listing(), purchase()}
	f.alerts = []model.Alert{
		{Flow: "purchase-ticket", Environment: "prod", Criticality: "high", Objective: "availability", Severity: "page", Title: "purchase-ticket in prod: availability burns its error budget 21.3 times too fast",
			Text:   "Customers cannot buy; every minute loses sales.\n99.9% of its requests must not fail, over 30d. It was 99.871%; 12% of the error budget are left.\nOver 1h and 5m it burns 21.3 times as fast as it may; 14.4 is where a page begins.",
			Status: "firing", FiredAt: noon.Add(-4 * time.Minute), Team: "box-office", Runbook: "purchase-ticket", Task: "alert.prod.purchase-ticket.3"},
		{Flow: "list-concerts", Environment: "prod", Criticality: "high", Objective: "latency-p99", Severity: "ticket", Title: "list-concerts in prod: latency-p99 burns its error budget 3.1 times too fast",
			Status: "acknowledged", FiredAt: noon.Add(-5 * time.Hour), By: "carol", Comment: "the index is being rebuilt", Team: "programme", Task: "alert.prod.list-concerts.1"},
		{Flow: "purchase-ticket", Environment: "dev", Objective: "availability", Severity: "page", Title: "long over", Status: "resolved", FiredAt: noon.Add(-50 * time.Hour), ResolvedAt: noon.Add(-49 * time.Hour), Task: "alert.dev.purchase-ticket.2"},
	}
	f.maintenance = []model.Maintenance{
		{Name: "old-disks", Environment: "prod", From: noon.Add(-50 * time.Hour), Until: noon.Add(-49 * time.Hour), Reason: "disks", Status: "ended", AnnouncedBy: "person:dan"},
		{Name: "new-bank", Environment: "prod", Services: []string{"payments"}, From: noon.Add(20 * time.Hour), Until: noon.Add(21 * time.Hour), Reason: "the bank moves to other machines", Status: "announced", AnnouncedBy: "person:carol", Late: []string{"purchase-ticket"}},
		{Name: "database", Environment: "staging", From: noon.Add(-10 * time.Minute), Until: noon.Add(time.Hour), Reason: "a new version of the database", Status: "underway", AnnouncedBy: "person:dan"},
	}
	f.findings = []model.Finding{
		{Code: "reliable", Severity: "info", Kind: "Flow", Name: "purchase-ticket", Text: "of the flow itself"},
		{Code: "in-no-flow", Severity: "warning", Kind: "Service", Name: "newsletter", Text: "the service is in no flow", Hint: "add a step that it serves, or say what it is for", File: "slipway.yaml", Line: 71},
	}
	f.tasks = append(f.tasks, model.Task{Name: "alert.prod.purchase-ticket.3", Kind: "alert", Title: f.alerts[0].Title, Text: f.alerts[0].Text, Team: "box-office", Environment: "prod",
		Status: "open", From: []string{"team:box-office"}, Quorum: 1, AskedBy: "system:slo", OpenedAt: noon.Add(-4 * time.Minute), Mine: true})
	return f
}

func share(x float64) *float64 { return &x }

func purchase() model.FlowDetail {
	burn := func(long, short, factor, l, s float64, firing bool, severity string) model.Burn {
		return model.Burn{LongMinutes: long, ShortMinutes: short, Factor: factor, LongRate: l, ShortRate: s, Firing: firing, Severity: severity}
	}
	return model.FlowDetail{
		Flow: model.Flow{Name: "purchase-ticket", Team: "box-office", Type: "user", Description: "A customer buys a ticket for a concert", Criticality: "high", Process: "purchasing-ticket",
			Escalation: "box-office", Services: []string{"payments", "tickets"}, Findings: 2, States: []model.FlowState{
				{Environment: "dev", State: "unknown", Reason: "availability: too few requests to say anything"},
				{Environment: "prod", State: "burning", Reason: "availability: the error budget burns 21.3 times too fast, 12% of it are left"},
				{Environment: "staging", State: "ok", Reason: "availability: 99.99% of 99.9%, 90% of the error budget are left"},
			}},
		ProcessOwner: "Head of sales", Stakeholders: []string{"Sales", "Customer care"}, Impact: "Customers cannot buy; every minute loses sales",
		Start: "customer chooses a concert", End: "ticket is paid and issued", Preconditions: []string{"customer is signed in", "the concert is on"},
		DependsOn: []string{"sign-in", "list-concerts"}, Fallback: []string{"reserve-ticket"}, UseCases: []string{"buy-a-ticket"},
		Steps: []model.FlowStep{
			{Name: "order", Service: "tickets", Request: "POST /orders", ServedBy: "service", LastHour: []model.Seen{{Environment: "dev", Requests: 3}, {Environment: "prod", Requests: 12345, Errors: 210}}},
			{Name: "pay", Service: "payments", Request: "POST /charges", ServedBy: "service", When: "the order is not free", LastHour: []model.Seen{{Environment: "prod", Requests: 11002}}},
			{Name: "issue", Event: "ticket issued"},
			{Name: "refund", Path: "payment-refused", When: "the charge is refused", Service: "ledger", Request: "POST /refunds"},
		},
		Alternatives: []model.FlowPath{{Name: "payment-refused", When: "the charge is refused", Error: true, End: "customer is told, and nothing is sold"},
			{Name: "not-signed-in", When: "the customer has no session", End: "customer is asked to sign in"}},
		Estimate: &model.Estimate{Availability: 0.99701, Measured: share(0.99871), In: "prod", Parts: []model.EstimatePart{
			{What: "Service tickets", Role: "serial", Availability: 0.999, From: "target"}, {What: "Service payments", Role: "serial", Availability: 0.9985, From: "measured"},
			{What: "Component bank", Role: "serial", From: "unknown"}, {What: "Flow reserve-ticket", Role: "fallback", Availability: 0.9995, From: "promise"}}},
		Pillars: []model.Pillar{
			{Environment: "dev", Pillar: "reliability", Target: "availability", Wanted: "99.9% over 30d", State: "unknown", Text: "too few requests to say anything"},
			{Environment: "dev", Pillar: "cost", Target: "per thousand", Wanted: "at most 0.40 EUR", State: "notMeasured", Text: "the environment has no prices"},
			{Environment: "prod", Pillar: "reliability", Target: "availability", Wanted: "99.9% over 30d", Measured: "99.871%", State: "missed"},
			{Environment: "prod", Pillar: "cost", Target: "per thousand", Wanted: "at most 0.40 EUR", Measured: "0.31 EUR", State: "ok"},
		},
		Objectives: []model.Objective{
			{Flow: "purchase-ticket", Environment: "prod", Name: "availability", Target: 0.999, WindowHours: 720, State: "burning", Measured: share(0.99988), Budget: share(0.12), Requests: 8123456, KnownShare: 0.97,
				Since: noon.Add(-4 * time.Minute), Alert: "page", Task: "alert.prod.purchase-ticket.3", Burn: []model.Burn{
					burn(60, 5, 14.4, 21.3, 19.8, true, "page"), burn(360, 30, 6, 4.1, 20, false, "page"), burn(1440, 120, 3, 1.2, 12, false, "ticket"), burn(4320, 360, 1, .6, 4.1, false, "ticket")}},
			{Flow: "purchase-ticket", Environment: "prod", Name: "latency-p99", Target: 0.99, BoundMillis: 500, WindowHours: 720, State: "exhausted", Measured: share(0.9862), Budget: share(-0.38), Requests: 8123456, KnownShare: 1, Since: noon.Add(-30 * time.Hour),
				Burn: []model.Burn{burn(60, 5, 14.4, 0.2, 0, false, "page"), burn(360, 30, 6, .4, .1, false, "page"), burn(1440, 120, 3, 1.38, .4, false, "ticket"), burn(4320, 360, 1, 1e6, .8, false, "ticket")}},
			{Flow: "purchase-ticket", Environment: "dev", Name: "availability", Target: 0.999, WindowHours: 720, State: "unknown", Requests: 3, KnownShare: 0.4, Reason: "too few requests to say anything"},
		},
		Attributes: []model.FlowAttribute{
			{Name: "scoped", State: "ok", Looked: "start, end, and the number of steps"}, {Name: "logical", State: "ok", Looked: "the order of the steps, how often they come back to a service, and circles"},
			{Name: "maintainable", State: "notAssessed", Looked: "modules that flows share"}, {Name: "defined", State: "ok", Looked: "conditions and preconditions"},
			{Name: "reliable", State: "finding", Looked: "error paths, fallbacks, and what it rests on"}, {Name: "scalable", State: "ok", Looked: "replicas and the peak"},
			{Name: "secure", State: "ok", Looked: "authentication, and the data that it carries"}, {Name: "efficient", State: "finding", Looked: "hops and cost"}, {Name: "userCentric", State: "ok", Looked: "the user's own words"},
		},
		FindingList: []model.Finding{
			{Code: "reliable", Severity: "error", Kind: "Flow", Name: "purchase-ticket", Attribute: "reliable", Text: "it rests on list-concerts, which must reach 99.5% only", Hint: "raise the target of list-concerts, or lower this one", File: ".slipway/flows.yaml", Line: 8},
			{Code: "efficient", Severity: "info", Kind: "Flow", Name: "purchase-ticket", Attribute: "efficient", Text: "it has no target for its cost in staging"},
		},
		Woken: []model.WokenStep{{Tell: []string{"onCall"}, People: []string{"carol", "dan"}}, {AfterMinutes: 15, Tell: []string{"members"}, People: []string{"carol", "dan", "ada"}}, {AfterMinutes: 90, Tell: []string{"team:nobody"}}},
	}
}

func listing() model.FlowDetail {
	return model.FlowDetail{Flow: model.Flow{Name: "list-concerts", Team: "programme", Type: "user", Description: "A visitor sees what is on", Criticality: "high", Services: []string{"concerts"},
		States: []model.FlowState{{Environment: "prod", State: "exhausted", Reason: "latency-p99: 98.62% of 99%, the error budget is used up"}, {Environment: "dev", State: "ok"}}}, Start: "a", End: "b"}
}

func collect() model.FlowDetail {
	return model.FlowDetail{Flow: model.Flow{Name: "collect-telemetry", Type: "system", Criticality: "medium", Services: []string{"telemetry"}, Findings: 1}, Start: "a", End: "b"}
}

// judged is a canary of which the judge says that it does not know yet.
func judged() model.DeploymentDetail {
	d := busyShop().detail
	d.Outcome, d.Reason, d.Weight, d.Stage, d.Stages, d.Gate, d.VSA = "shifting", "r4 has 8% of the traffic and is judged", 8, 1, 2, nil, ""
	d.Judge = &model.Judgement{Verdict: "hold", Reason: "Not enough data: purchase-ticket: 812 requests of the canary are not enough to prove it fine.", Weight: 8, Tick: 1042, UsersHit: 5,
		Warnings: []string{"collect-telemetry: It is worse, but its criticality is low. 140 of 600 requests failed, of 9 of 610 in the baseline."},
		Missing:  []string{"purchase-ticket: 812 requests of the canary are not enough to prove it fine.", "sign-in: no request has reached the canary."},
		Digest:   "sha256:" + "abababababababababababababababab", Flows: []model.FlowEvidence{
			{Flow: "collect-telemetry", Criticality: "low", Canary: model.Tally{Requests: 600, Errors: 140}, Baseline: model.Tally{Requests: 610, Errors: 9}, Worse: 41.2, Fine: -30, Verdict: "hold", Reason: "It is worse, but its criticality is low."},
			{Flow: "purchase-ticket", Criticality: "high", Canary: model.Tally{Requests: 812, Errors: 5}, Baseline: model.Tally{Requests: 8130, Errors: 31}, Worse: .4, Fine: 1.2, Verdict: "hold", Reason: "812 requests of the canary are not enough to prove it fine."},
			{Flow: "list-concerts", Criticality: "high", Canary: model.Tally{Requests: 21400, Errors: 12}, Baseline: model.Tally{Requests: 21310, Errors: 14}, Worse: -3, Fine: 7.7, Verdict: "promote", Reason: "Proven fine."},
			{Flow: "other requests", Criticality: "medium", Canary: model.Tally{Requests: 30}, Baseline: model.Tally{Requests: 28}, Worse: 0, Fine: 0.1, Verdict: "hold"},
			{Flow: "smoke checks", Synthetic: true, Criticality: "medium", Canary: model.Tally{Requests: 100}, Baseline: model.Tally{Requests: 100}, Fine: 2.9, Verdict: "hold"},
		}}
	return d
}
