package demo_test

import (
	"strings"
	"testing"

	"slipway.dev/internal/demo"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	good := func() demo.Result {
		r := demo.Result{Deployments: []demo.Deployment{{Outcome: "completed"}, {Outcome: "rolledBack"}}}
		r.Traffic.Requests, r.Audit.Verified = 10, true
		r.Promotions = []demo.Promotion{
			{Service: "tickets", Environment: "prod"}, // still waits
			{Service: "tickets", Environment: "prod", Needs: 2, Approvals: []demo.Approval{{Person: "bob"}, {Person: "dan"}},
				Decision: &demo.Decision{Result: "PASSED", Resource: "slipway:service/tickets/environment/prod", Inputs: 2, Verified: true}},
		}
		r.Canary = &demo.Canary{Verdict: "rollback", Flow: "purchase-ticket", UsersHit: 3}
		r.Warned, r.Promoted = &demo.Warned{Flow: "create-upcoming-concerts"}, &demo.Promoted{Service: "concerts", Seconds: 40}
		return r
	}
	if err := good().Check(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*demo.Result){
		"none completed":  func(r *demo.Result) { r.Deployments = r.Deployments[1:] },
		"none rolledBack": func(r *demo.Result) { r.Deployments = r.Deployments[:1] },
		"no user":         func(r *demo.Result) { r.Traffic.Requests = 0 },
		"failed request":  func(r *demo.Result) { r.Traffic.Failed = 1 },
		"by one of two":   func(r *demo.Result) { r.Promotions[1].Approvals = r.Promotions[1].Approvals[1:] },
		"by its author":   func(r *demo.Result) { r.Promotions[1].Approvals[0].Person = "ada" },
		"not verified":    func(r *demo.Result) { r.Promotions[1].Decision.Verified = false },
		"did not pass":    func(r *demo.Result) { r.Promotions[1].Decision.Result = "FAILED" },
		"by nothing":      func(r *demo.Result) { r.Promotions[1].Decision.Inputs = 1 },
		"for staging": func(r *demo.Result) {
			r.Promotions[1].Decision.Resource = "slipway:service/tickets/environment/staging"
		},
		"by another flow": func(r *demo.Result) { r.Canary.Flow = "sign-in" },
		"by a person":     func(r *demo.Result) { r.Canary.Verdict = "hold" },
		"nobody was hit":  func(r *demo.Result) { r.Canary.UsersHit = 0 },
		"bad journal":     func(r *demo.Result) { r.Audit.Verified = false },
	} {
		r := good()
		spoil(&r)
		if r.Check() == nil {
			t.Errorf("%s: no error", name)
		}
		var out strings.Builder
		r.Write(&out)
		if strings.Count(out.String(), "\n") < 5 {
			t.Errorf("%s: %s", name, &out)
		}
	}
}
