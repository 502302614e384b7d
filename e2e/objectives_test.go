package e2e

import (
	"context"
	"encoding/base32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway.dev/client"
	"slipway.dev/client/model"
	"slipway.dev/e2e/house"
	"slipway.dev/internal/identity"
	"slipway.dev/internal/loadgen"
)

// prod is an environment whose door asks for error budget.
const prod = `apiVersion: slipway.dev/v1
kind: Environment
metadata: {name: prod}
spec: {after: dev, host: "prod.{host}", target: {process: {}}, gate: {approvals: {count: 0}, budget: {block: exhausted}}}
`

// sale is a flow that must work, and says who is woken.
const sale = `apiVersion: slipway.dev/v1
kind: Flow
metadata: {name: purchase, team: crew}
spec:
  type: user
  criticality: high
  escalation: crew
  start: seat is chosen
  end: ticket is paid
  steps: [{name: order, service: app, request: POST /}]
  targets: {reliability: {availability: 99%, minimum: 20}}
`

// TestBudget burns the error budget of a flow: people are woken, and the door is shut, but
// for what is said to be the fix. Objectives are looked at each minute, so it takes a few.
func TestBudget(t *testing.T) {
	t.Parallel()
	if !heavy() {
		t.Skip("with SLIPWAY_HEAVY=1")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	h := newHouse(t, house.Options{})
	must(t, h.Up(ctx, ""))
	bad := house.Version{Name: "v0", Mode: "fail POST 50", Flows: sale}
	repo, err := h.Found(ctx, t.TempDir()+"/repo", bad)
	must(t, err)
	_, err = h.Apply(ctx, model.ApplyRequest{Source: "platform", Files: []model.File{{Name: "platform.yaml", Content: house.Platform + "---\n" + prod}}})
	must(t, err)

	promote(t, ctx, h, "", "completed") // its flow has no traffic here yet, which keeps nobody out
	orders := loadgen.Options{Address: h.HTTP, Rate: 5, Clients: 2, Next: loadgen.Mix("prod."+house.Host, 1, "/orders")}
	defer loadgen.Start(ctx, orders).Stop()
	var fired model.Alert
	must(t, house.Wait(ctx, "somebody is woken", func() (bool, error) {
		list, err := h.Alerts(ctx)
		i := slices.IndexFunc(list, func(a model.Alert) bool { return a.Environment == "prod" && a.Severity == "page" })
		if i >= 0 {
			fired = list[i]
		}
		return i >= 0, err
	}))
	if fired.Flow != "purchase" || fired.Objective != "availability" || fired.Team != "crew" || fired.Status != "firing" {
		t.Errorf("the alert: %+v", fired)
	}
	task, err := h.Task(ctx, fired.Task)
	must(t, err)
	if task.Kind != "alert" || task.Team != "crew" || task.Status != "open" || len(task.From) == 0 {
		t.Errorf("the task: %+v", task)
	}
	if _, err = h.AnswerTask(ctx, fired.Task, model.TaskAnswer{Decision: "approve", Digests: task.Digests}); client.CodeOf(err) != "denied" {
		t.Errorf("a program takes it on: %v", err)
	}
	_, err = person(t, ctx, h).AnswerTask(ctx, fired.Task, model.TaskAnswer{Decision: "approve", Comment: "on it", Digests: task.Digests})
	must(t, err)
	alertIs(t, ctx, h, "acknowledged")

	t.Log("the door is shut")
	_, err = h.Deliver(ctx, repo, house.Version{Name: "v1", Flows: sale})
	must(t, err)
	must(t, house.Wait(ctx, "the budget is exhausted", func() (bool, error) { return condition(t, ctx, h, "budget").Verdict == "fail", nil }))
	t.Log(condition(t, ctx, h, "budget"))
	_, err = h.Promote(ctx, model.PromoteRequest{Service: house.Service, Environment: "prod"})
	must(t, err)
	waiting := inProd(t, ctx, h, "waiting")

	t.Log("the fix is let in")
	_, err = h.Abort(ctx, model.AbortRequest{Service: house.Service, Environment: "prod", Deployment: waiting.ID, Reason: "said otherwise"})
	must(t, err)
	d := promote(t, ctx, h, "half of all orders failed", "completed")
	file, key := filepath.Join(t.TempDir(), "decision.json"), filepath.Join(t.TempDir(), "key.pub")
	decision, err := h.Command(ctx, "deployment", "decision", d.ID)
	must(t, err)
	must(t, os.WriteFile(file, []byte(decision), 0o600))
	public, err := h.Command(ctx, "key", "export")
	must(t, err)
	must(t, os.WriteFile(key, []byte(public), 0o600))
	text, err := h.Command(ctx, "verify", file, "--key", key, "-o", "json")
	must(t, err)
	if !strings.Contains(text, "half of all orders failed") {
		t.Errorf("the signed decision does not say that it is the fix:\n%s", text)
	}
	// It is over when what failed is little of all that was asked. That nothing fails any more
	// shows after ten minutes only.
	t.Log("it is over")
	orders.Rate = 200
	defer loadgen.Start(ctx, orders).Stop()
	alertIs(t, ctx, h, "resolved")
	if task, err = h.Task(ctx, fired.Task); err != nil || task.Status == "open" {
		t.Errorf("the task: %+v, %v", task, err)
	}
	audited(t, ctx, h)
}

// person signs in as the first one.
func person(t *testing.T, ctx context.Context, h *house.House) *client.Client {
	t.Helper()
	invited, err := h.SetUp(ctx)
	must(t, err)
	_, secret, _ := strings.Cut(invited.Link, "#")
	e, err := h.BeginEnroll(ctx, model.EnrollRequest{Link: secret, Name: "ada"})
	must(t, err)
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(e.Secret)
	must(t, err)
	signed, err := h.FinishEnroll(ctx, model.EnrollDone{Flow: e.Flow, Password: "correct horse battery", Code: identity.CodeAt(key, time.Now())})
	must(t, err)
	_, err = h.ChangeUser(ctx, "ada", model.UserChange{Addresses: &[]string{"ada@example.com"}})
	must(t, err)
	p, err := client.New(client.Options{Socket: filepath.Join(h.Data(), "api.sock"), Token: signed.Value})
	must(t, err)
	t.Cleanup(p.Close)
	return p
}

// promote sends the newest release on into prod and waits for how that ends.
func promote(t *testing.T, ctx context.Context, h *house.House, fix, outcome string) model.Deployment {
	t.Helper()
	_, err := h.Promote(ctx, model.PromoteRequest{Service: house.Service, Environment: "prod", Fix: fix})
	must(t, err)
	return inProd(t, ctx, h, outcome)
}

func inProd(t *testing.T, ctx context.Context, h *house.House, outcome string) (d model.Deployment) {
	t.Helper()
	err := house.Wait(ctx, "the deployment in prod is "+outcome, func() (bool, error) {
		list, err := h.Deployments(ctx, model.DeploymentsQuery{Service: house.Service, Environment: "prod", Limit: 1})
		if len(list) > 0 {
			d = list[0]
		}
		return d.Outcome == outcome, err
	})
	if err != nil {
		t.Fatalf("%v; last seen: %+v", err, d)
	}
	return d
}

func alertIs(t *testing.T, ctx context.Context, h *house.House, status string) {
	t.Helper()
	must(t, house.Wait(ctx, "the alert is "+status, func() (bool, error) {
		list, err := h.Alerts(ctx)
		return slices.ContainsFunc(list, func(a model.Alert) bool { return a.Environment == "prod" && a.Severity == "page" && a.Status == status }), err
	}))
}

// condition is how one of the door's of prod stands to the newest release.
func condition(t *testing.T, ctx context.Context, h *house.House, name string) model.Condition {
	t.Helper()
	g, err := h.Gate(ctx, model.GateQuery{Service: house.Service, Environment: "prod"})
	must(t, err)
	for _, c := range g.Conditions {
		if c.Name == name {
			return c
		}
	}
	return model.Condition{}
}
