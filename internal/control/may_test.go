package control_test

import (
	"context"
	"io"
	"net/http"
	"reflect"
	"testing"

	"slipway.dev/client/model"
	"slipway.dev/internal/control"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// signsIn are the methods by which one gets a session; see TestSignIn and its like.
var signsIn = map[string]bool{
	"SignInWays": true, "SignIn": true, "BeginPasskey": true, "FinishPasskey": true, "BeginProvider": true, "FinishProvider": true,
	"BeginEnroll": true, "FinishEnroll": true,
}

// TestNobodyGetsPast walks over all methods: none says or does anything for a caller who is
// not known, or who may nothing.
func TestNobodyGetsPast(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", platform)
	w.live("a1")
	head := try(w.store.Head(t.Context()))(t)
	callers := map[string]context.Context{
		"nobody":           t.Context(),
		"an empty actor":   control.WithActor(t.Context(), machine.Actor{}),
		"an unknown actor": control.WithActor(t.Context(), machine.Actor{Kind: "guest", Name: "eve"}),
		"an inner actor":   control.WithActor(t.Context(), machine.System("engine")),
	}
	c := reflect.ValueOf(w.Control)
	methods := 0
	for i := range c.NumMethod() {
		name := c.Type().Method(i).Name
		if name == "Webhook" || name == "WorkflowWebhook" || signsIn[name] { // a signature, or a secret, stands in for a token
			continue
		}
		methods++
		for who, ctx := range callers {
			if err := call(t, c.Method(i), ctx); !fault.Is(err, fault.Denied) {
				t.Errorf("%s for %s: %v", name, who, err)
			}
		}
	}
	if methods < 30 {
		t.Errorf("only %d methods were tried", methods)
	}
	if now := try(w.store.Head(t.Context()))(t); now != head {
		t.Errorf("something was written: %d entries", now-head)
	}
}

// TestReaderOnlyReads: who may read may not change anything, and may not see the audit log.
func TestReaderOnlyReads(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", platform)
	w.live("a1")
	ctx := control.WithActor(t.Context(), machine.System("readyz"))
	may := map[string]bool{}
	for _, name := range []string{"System", "Await", "Lanes", "Lane", "Deployments", "Releases", "Release", "Sources", "Check",
		"Tasks", "Task", "Resources", "Deployment", "Decision", "Plan", "Gate", "Gates", "QuietWindow", "Glasses", "Train", "Trains", "Secrets", "SigningKeys", "Logs", "Watch",
		"Flows", "Flow", "Findings", "Objectives", "Alerts", "Maintenance", "Ticks", "Metrics", "Export",
		"Workflows", "Workflow", "Runs", "Run", "RunSteps", "RunLogs"} {
		may[name] = true
	}
	c := reflect.ValueOf(w.Control)
	for i := range c.NumMethod() {
		name := c.Type().Method(i).Name
		if name == "Webhook" || name == "WorkflowWebhook" || name == "Watch" || signsIn[name] { // it goes on
			continue
		}
		if denied := fault.Is(call(t, c.Method(i), ctx), fault.Denied); denied == may[name] {
			t.Errorf("%s: denied %v", name, denied)
		}
	}
}

// call gives a method arguments that mean something, so that only the permission is missing.
func call(t *testing.T, method reflect.Value, ctx context.Context) error {
	t.Helper()
	args := []reflect.Value{reflect.ValueOf(ctx)}
	for n := 1; n < method.Type().NumIn(); n++ {
		args = append(args, argument(t, method.Type().In(n)))
	}
	out := method.Call(args)
	err, _ := out[len(out)-1].Interface().(error)
	return err
}

func argument(t *testing.T, kind reflect.Type) reflect.Value {
	t.Helper()
	values := []any{
		"tickets", 1, int64(1), []byte("value"), []model.File{}, http.Header{}, model.DeploymentsQuery{},
		model.DeployRequest{Service: "tickets", Environment: "dev"}, model.RollbackRequest{Service: "tickets", Environment: "dev", To: "nothing"},
		model.AbortRequest{Service: "tickets", Environment: "dev"}, model.SettleRequest{Service: "tickets", Environment: "dev", Decision: "retry"},
		model.Source{Name: "more", URL: "/srv/more.git"}, model.ApplyRequest{Source: "hand"}, model.AuditQuery{},
		model.LogsQuery{Service: "tickets", Environment: "dev"},
		model.TasksQuery{}, model.TaskAnswer{Decision: "approve"}, model.TaskClaim{}, model.TaskDelegation{To: "cy"}, model.TaskWithdrawal{},
		true, model.PasswordChange{}, model.CeremonyDone{}, model.NewUser{Name: "cy"}, model.UserChange{}, model.NewToken{Name: "ci"},
		model.GateQuery{Service: "tickets", Environment: "dev"}, model.PromoteRequest{Service: "tickets", Environment: "dev"}, model.RevokeRequest{Reason: "bad"},
		model.GlassRequest{Service: "tickets", Environment: "dev", Criterion: "outage"}, model.GlassClose{}, model.TrainCommand{},
		model.TrainRequest{Environment: "dev", Members: []model.TrainWanted{{Service: "tickets"}}},
		model.Binding{Subject: "person:cy", Role: "viewer"}, model.AddressMap{Address: "cy@example.org"},
		model.ObjectivesQuery{}, model.ExportQuery{Format: "prometheus"}, model.MaintenanceRequest{Name: "db", Environment: "dev"},
		model.RunsQuery{}, model.RunRequest{Workflow: "clean-up", Environment: "dev"}, model.RunWhy{}, model.RunResume{From: "/do/0/x"},
		model.RunSettle{Task: "/do/0/x", Decision: "done"}, map[string][]string{},
		func(model.LogLine) error { return nil }, func(model.Happening) error { return nil },
	}
	for _, v := range values {
		if reflect.TypeOf(v) == kind {
			return reflect.ValueOf(v)
		}
	}
	if kind == reflect.TypeFor[io.Writer]() {
		return reflect.ValueOf(io.Discard)
	}
	t.Fatalf("no argument of the type %s is known here", kind)
	return reflect.Value{}
}
