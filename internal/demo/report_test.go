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
