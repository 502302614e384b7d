package web

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/api"
	"slipway.dev/internal/api/apitest"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// fake is a control plane in memory. People, sessions and tasks are those of apitest; what
// runs and how gates stand a test sets.
type fake struct {
	*apitest.Fake
	who model.Whoami

	mu      sync.Mutex
	board   Board
	plan    model.Plan
	detail  model.DeploymentDetail
	glasses []model.Glass
	tasks   []model.Task // nil: those of apitest
	flows   []model.FlowDetail
	gone    bool  // the session has ended
	err     error // of each query
	changes chan struct{}
	asked   []any // commands

	findings    []model.Finding
	alerts      []model.Alert // as control gives them: those that are not over first
	maintenance []model.Maintenance
}

func newFake() *fake {
	return &fake{Fake: apitest.New(), changes: make(chan struct{}, 1), who: model.Whoami{
		Actor: "person:ada", Person: "ada", Title: "Ada", Session: "s1", Operations: []string{"approve", "deploy", "glass", "read"},
	}}
}

func (f *fake) Whoami(ctx context.Context) (model.Whoami, error) {
	if apitest.Actor(ctx).Name == "" {
		return model.Whoami{}, fault.New(fault.Denied, "nobody is signed in")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.gone {
		return model.Whoami{}, fault.New(fault.Denied, "the session has ended")
	}
	return f.who, nil
}

// set changes what is shown, and tells of it.
func (f *fake) set(change func(f *fake)) {
	f.mu.Lock()
	change(f)
	changes := f.changes
	f.mu.Unlock()
	select {
	case changes <- struct{}{}:
	default:
	}
}

func (f *fake) follow(context.Context) <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.changes
}

// restart ends all streams, as a control plane does that stops, and takes new ones.
func (f *fake) restart() {
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.changes)
	f.changes = make(chan struct{}, 1)
}

// told gives what a query asks for, unless all queries fail.
func told[T any](f *fake, of func() T) (T, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return of(), f.err
}

func (f *fake) Resources(context.Context, string) ([]model.Resource, error) {
	return told(f, func() (list []model.Resource) {
		for _, e := range f.board.Environments {
			list = append(list, model.Resource{Kind: "Environment", Name: e.Name, Spec: json.RawMessage(fmt.Sprintf(`{"after":%q,"target":{}}`, e.After))})
		}
		return list
	})
}

func (f *fake) Lanes(context.Context) ([]model.Lane, error) {
	return told(f, func() []model.Lane { return f.board.Lanes })
}

func (f *fake) Lane(_ context.Context, service, environment string) (model.Lane, error) {
	l, err := told(f, func() model.Lane { return f.board.lane(service, environment) })
	if err == nil && l.Service == "" {
		err = fault.New(fault.NotFound, "%s was never deployed to %s", service, environment)
	}
	return l, err
}

func (f *fake) Deployments(context.Context, model.DeploymentsQuery) ([]model.Deployment, error) {
	return told(f, func() []model.Deployment { return f.board.Finished })
}

func (f *fake) Gates(context.Context) ([]model.Gate, error) {
	return told(f, func() []model.Gate { return f.board.Gates })
}

func (f *fake) Plan(_ context.Context, service, environment, release string) (model.Plan, error) {
	return told(f, func() model.Plan { return f.plan })
}

func (f *fake) Deployment(_ context.Context, id string) (model.DeploymentDetail, error) {
	d, err := told(f, func() model.DeploymentDetail { return f.detail })
	if err == nil && d.ID != id {
		err = fault.New(fault.NotFound, "there is no deployment %s", id).WithHint("slipway status")
	}
	return d, err
}

func (f *fake) Decision(_ context.Context, id string) (model.Envelope, error) {
	return model.Envelope{Envelope: json.RawMessage(`{"payloadType":"application/vnd.in-toto+json"}`)}, nil
}

func (f *fake) Glasses(context.Context) ([]model.Glass, error) {
	return told(f, func() []model.Glass { return f.glasses })
}

func (f *fake) Tasks(ctx context.Context, q model.TasksQuery) ([]model.Task, error) {
	if f.tasks == nil {
		return f.Fake.Tasks(ctx, q)
	}
	return told(f, func() (list []model.Task) {
		for _, t := range f.tasks {
			if (t.Mine || !q.Mine) && (t.Status == "open" || q.All) {
				list = append(list, t)
			}
		}
		return list
	})
}

func (f *fake) Task(ctx context.Context, name string) (model.Task, error) {
	if f.tasks == nil {
		return f.Fake.Task(ctx, name)
	}
	t, err := told(f, func() (found model.Task) {
		for _, t := range f.tasks {
			if t.Name == name {
				found = t
			}
		}
		return found
	})
	if err == nil && t.Name == "" {
		err = fault.New(fault.NotFound, "there is no task %s", name)
	}
	return t, err
}

func (f *fake) AnswerTask(ctx context.Context, name string, a model.TaskAnswer) (model.Receipt, error) {
	if f.tasks == nil {
		return f.Fake.AnswerTask(ctx, name, a)
	}
	return f.took(a)
}

// took notes a command.
func (f *fake) took(command any) (model.Receipt, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, command)
	return model.Receipt{Position: 1, Deployment: "tickets.prod.4"}, nil
}

func (f *fake) Promote(_ context.Context, r model.PromoteRequest) (model.Receipt, error) {
	return f.took(r)
}

func (f *fake) Rollback(_ context.Context, r model.RollbackRequest) (model.Receipt, error) {
	return f.took(r)
}

func (f *fake) Abort(_ context.Context, r model.AbortRequest) (model.Receipt, error) {
	return f.took(r)
}

func (f *fake) Settle(_ context.Context, r model.SettleRequest) (model.Receipt, error) {
	return f.took(r)
}

func (f *fake) ConfirmGlass(_ context.Context, id string) (model.Receipt, error) {
	return f.took("confirm " + id)
}

func (f *fake) CloseGlass(_ context.Context, id string, c model.GlassClose) (model.Receipt, error) {
	return f.took("close " + id + ": " + c.Reason)
}

func (f *fake) SignOut(ctx context.Context) (model.Receipt, error) {
	return f.took("sign out " + apitest.Actor(ctx).Name)
}

// site is the page behind the API's door, as the program serves it.
func site(t *testing.T, f *fake, change ...func(*Options)) *httptest.Server {
	t.Helper()
	o := Options{Control: f, Changes: f.follow, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return noon }}
	for _, c := range change {
		c(&o)
	}
	server := httptest.NewServer(api.Handler(api.Options{
		Control: f.Fake, As: apitest.As, Authenticate: authenticate, Page: Handler(o), Secure: o.Secure, Log: o.Log,
	}))
	t.Cleanup(server.Close)
	return server
}

// authenticate knows one session.
func authenticate(_ context.Context, value string) (access.Caller, error) {
	if value != apitest.SessionValue {
		return access.Caller{}, fault.New(fault.Denied, "nobody is signed in")
	}
	return access.PersonCaller("ada", "s1"), nil
}

// session is what a browser sends that is signed in.
var session = &http.Cookie{Name: "slipway", Value: apitest.SessionValue}

func (f *fake) Flows(context.Context) ([]model.Flow, error) {
	return told(f, func() (list []model.Flow) {
		for _, d := range f.flows {
			list = append(list, d.Flow)
		}
		return list
	})
}

func (f *fake) Flow(_ context.Context, name string) (model.FlowDetail, error) {
	d, err := told(f, func() (found model.FlowDetail) {
		for _, d := range f.flows {
			if d.Name == name {
				found = d
			}
		}
		return found
	})
	if err == nil && d.Name == "" {
		err = fault.New(fault.NotFound, "there is no Flow %s", name).WithHint("slipway flow list")
	}
	return d, err
}

func (f *fake) Findings(context.Context) ([]model.Finding, error) {
	return told(f, func() []model.Finding { return slices.Clone(f.findings) })
}

func (f *fake) Alerts(context.Context) ([]model.Alert, error) {
	return told(f, func() []model.Alert { return slices.Clone(f.alerts) })
}

func (f *fake) Maintenance(context.Context) ([]model.Maintenance, error) {
	return told(f, func() []model.Maintenance { return slices.Clone(f.maintenance) })
}
