package api_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/client/model"
	"slipway.dev/internal/api"
	"slipway.dev/internal/api/apitest"
)

// recorder is a control that keeps the names by which it was asked for something. It has a
// method for every operation with a name in its path.
type recorder struct {
	*apitest.Fake
	mu    sync.Mutex
	names []string
}

func (r *recorder) got(names ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.names = names
}

// last gives the names of the last call, and forgets them.
func (r *recorder) last() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	names := r.names
	r.names = nil
	return names
}

func (r *recorder) receipt(names ...string) (model.Receipt, error) {
	r.got(names...)
	return model.Receipt{Position: 1}, nil
}

func (r *recorder) RemovePasskey(_ context.Context, id string) (model.Receipt, error) {
	return r.receipt(id)
}

func (r *recorder) SetSecret(_ context.Context, name string, _ []byte) (model.Secret, error) {
	r.got(name)
	return model.Secret{}, nil
}

func (r *recorder) RemoveSecret(_ context.Context, name string) (model.Receipt, error) {
	return r.receipt(name)
}

func (r *recorder) EndSession(_ context.Context, id string) (model.Receipt, error) {
	return r.receipt(id)
}

func (r *recorder) RemoveSource(_ context.Context, name string) (model.Receipt, error) {
	return r.receipt(name)
}

func (r *recorder) PollSource(_ context.Context, name string) (model.Receipt, error) {
	return r.receipt(name)
}

func (r *recorder) Webhook(_ context.Context, source string, _ http.Header, _ []byte) (model.Receipt, error) {
	return r.receipt(source)
}

func (r *recorder) RevokeToken(_ context.Context, owner, name string) (model.Receipt, error) {
	return r.receipt(owner, name)
}

func (r *recorder) Deployment(_ context.Context, id string) (model.DeploymentDetail, error) {
	r.got(id)
	return model.DeploymentDetail{}, nil
}

func (r *recorder) Decision(_ context.Context, deployment string) (model.Envelope, error) {
	r.got(deployment)
	return model.Envelope{Envelope: json.RawMessage("{}")}, nil
}

func (r *recorder) Ticks(_ context.Context, deployment string, _ io.Writer) error {
	r.got(deployment)
	return nil
}

func (r *recorder) Flow(_ context.Context, name string) (model.FlowDetail, error) {
	r.got(name)
	return model.FlowDetail{}, nil
}

func (r *recorder) CancelMaintenance(_ context.Context, name string) (model.Receipt, error) {
	return r.receipt(name)
}

func (r *recorder) Workflow(_ context.Context, name, environment string) (model.WorkflowDetail, error) {
	r.got(name, environment)
	return model.WorkflowDetail{}, nil
}

func (r *recorder) WorkflowWebhook(_ context.Context, name, environment string, _ http.Header, _ []byte) (model.Receipt, error) {
	return r.receipt(name, environment)
}

func (r *recorder) PauseWorkflow(_ context.Context, name, environment string, _ model.RunWhy) (model.Receipt, error) {
	return r.receipt(name, environment)
}

func (r *recorder) ContinueWorkflow(_ context.Context, name, environment string) (model.Receipt, error) {
	return r.receipt(name, environment)
}

func (r *recorder) Run(_ context.Context, run string) (model.RunDetail, error) {
	r.got(run)
	return model.RunDetail{}, nil
}

func (r *recorder) RunSteps(_ context.Context, run string) ([]model.RunStep, error) {
	r.got(run)
	return nil, nil
}

func (r *recorder) RunLogs(_ context.Context, run string, _ bool, _ func(model.LogLine) error) error {
	r.got(run)
	return nil
}

func (r *recorder) CancelRun(_ context.Context, run string, _ model.RunWhy) (model.Receipt, error) {
	return r.receipt(run)
}

func (r *recorder) SuspendRun(_ context.Context, run string, _ model.RunWhy) (model.Receipt, error) {
	return r.receipt(run)
}

func (r *recorder) ContinueRun(_ context.Context, run string) (model.Receipt, error) {
	return r.receipt(run)
}

func (r *recorder) ResumeRun(_ context.Context, run string, _ model.RunResume) (model.Receipt, error) {
	return r.receipt(run)
}

func (r *recorder) SettleRun(_ context.Context, run string, _ model.RunSettle) (model.Receipt, error) {
	return r.receipt(run)
}

func (r *recorder) Export(_ context.Context, q model.ExportQuery, _ io.Writer) error {
	r.got(q.Format)
	return nil
}

func (r *recorder) Gate(_ context.Context, q model.GateQuery) (model.Gate, error) {
	r.got(q.Service, q.Environment)
	return model.Gate{}, nil
}

func (r *recorder) Lane(_ context.Context, service, environment string) (model.Lane, error) {
	r.got(service, environment)
	return model.Lane{}, nil
}

func (r *recorder) Plan(_ context.Context, service, environment, _ string) (model.Plan, error) {
	r.got(service, environment)
	return model.Plan{}, nil
}

func (r *recorder) Releases(_ context.Context, service string, _ int) ([]model.Release, error) {
	r.got(service)
	return nil, nil
}

func (r *recorder) Release(_ context.Context, service, id string) (model.Release, error) {
	r.got(service, id)
	return model.Release{}, nil
}

func (r *recorder) RetryBuild(_ context.Context, service, id string) (model.Receipt, error) {
	return r.receipt(service, id)
}

func (r *recorder) CancelBuild(_ context.Context, service, id string) (model.Receipt, error) {
	return r.receipt(service, id)
}

func (r *recorder) RevokeRelease(_ context.Context, service, id string, _ model.RevokeRequest) (model.Receipt, error) {
	return r.receipt(service, id)
}

func (r *recorder) RevokeSigningKey(_ context.Context, id string) (model.Receipt, error) {
	return r.receipt(id)
}

func (r *recorder) ConfirmGlass(_ context.Context, id string) (model.Receipt, error) {
	return r.receipt(id)
}

func (r *recorder) CloseGlass(_ context.Context, id string, _ model.GlassClose) (model.Receipt, error) {
	return r.receipt(id)
}

func (r *recorder) Task(_ context.Context, name string) (model.Task, error) {
	r.got(name)
	return model.Task{}, nil
}

func (r *recorder) AnswerTask(_ context.Context, name string, _ model.TaskAnswer) (model.Receipt, error) {
	return r.receipt(name)
}

func (r *recorder) ClaimTask(_ context.Context, name string, _ model.TaskClaim) (model.Receipt, error) {
	return r.receipt(name)
}

func (r *recorder) QuietWindow(_ context.Context, environment, _ string) (model.QuietWindow, error) {
	r.got(environment)
	return model.QuietWindow{}, nil
}

func (r *recorder) DelegateTask(_ context.Context, name string, _ model.TaskDelegation) (model.Receipt, error) {
	return r.receipt(name)
}

func (r *recorder) WithdrawAnswer(_ context.Context, name string, _ model.TaskWithdrawal) (model.Receipt, error) {
	return r.receipt(name)
}

func (r *recorder) Train(_ context.Context, id string) (model.Train, error) {
	r.got(id)
	return model.Train{}, nil
}

func (r *recorder) AbortTrain(_ context.Context, id string, _ model.TrainCommand) (model.Receipt, error) {
	return r.receipt(id)
}

func (r *recorder) RollbackTrain(_ context.Context, id string, _ model.TrainCommand) (model.Receipt, error) {
	return r.receipt(id)
}

func (r *recorder) AcceptTrain(_ context.Context, id string, _ model.TrainCommand) (model.Receipt, error) {
	return r.receipt(id)
}

func (r *recorder) User(_ context.Context, name string) (model.User, error) {
	r.got(name)
	return model.User{}, nil
}

func (r *recorder) ChangeUser(_ context.Context, name string, _ model.UserChange) (model.Receipt, error) {
	return r.receipt(name)
}

func (r *recorder) InviteUser(_ context.Context, name string) (model.Invitation, error) {
	r.got(name)
	return model.Invitation{}, nil
}

// bodies are what operations need that do not take {}.
var bodies = map[string]string{
	"setSecret":     `{"value":"eA=="}`,
	"revokeRelease": `{"reason":"bad"}`,
	"closeGlass":    `{"reason":"over"}`,
	"answerTask":    `{"decision":"approve"}`,
	"delegateTask":  `{"to":"bob"}`,
	"settleRun":     `{"task":"/do/0/x","decision":"done"}`,
}

// TestPathsReachControl holds every operation to bring the names in its path to control, each
// where it belongs. An input type that hides one brings an empty name, and nobody sees it.
func TestPathsReachControl(t *testing.T) {
	t.Parallel()
	control := &recorder{Fake: apitest.New()}
	s := start(t, func(o *api.Options) { o.Control = control })
	_, text := s.ask(t, "GET", "/openapi.json", "")
	var doc document
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	parameter := regexp.MustCompile(`\{(\w+)\}`)
	asked := 0
	for path, operations := range doc.Paths {
		var want []string
		target := parameter.ReplaceAllStringFunc(path, func(p string) string {
			want = append(want, "some-"+strings.Trim(p, "{}"))
			return want[len(want)-1]
		})
		for method, op := range operations {
			if want == nil {
				continue
			}
			asked++
			body := bodies[op.OperationID]
			if body == "" && method != "get" && method != "delete" {
				body = "{}"
			}
			answer, text := s.ask(t, strings.ToUpper(method), target, body)
			if diff := cmp.Diff(want, control.last()); diff != "" {
				t.Errorf("%s %s (%s): control got (-sent +got; of a new operation, recorder must tell):\n%s%s %s", method, path, op.OperationID, diff, answer.Status, text)
			}
		}
	}
	if asked < 30 {
		t.Errorf("only %d operations have a name in their path", asked)
	}
}
