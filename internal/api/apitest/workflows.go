package apitest

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// fakeRuns are a run that waits for people, one that failed, and one that is done.
func (f *Fake) fakeRuns() []*model.RunDetail {
	run := func(id, status string, ago time.Duration) model.Run {
		return model.Run{ID: id, Workflow: "restart-tickets", Environment: "prod", Team: "box-office", Version: "1.2.0",
			Digest: "sha256:" + repeat("d", 64), Status: status, Trigger: "person", By: "person:ada", StartedAt: f.ago(ago)}
	}
	waits, failed, done := run("prod.restart-tickets.3", "waiting", time.Minute), run("prod.restart-tickets.2", "faulted", time.Hour), run("prod.restart-tickets.1", "completed", 2*time.Hour)
	waits.Waits = []string{"ask: people, by task prod.restart-tickets.3.1"}
	failed.EndedAt, done.EndedAt = f.ago(59*time.Minute), f.ago(119*time.Minute)
	failed.Error = &model.RunProblem{Type: "https://open-workflow-specification.org/spec/1.0.0/errors/communication", Status: 503, Title: "Service Unavailable", Instance: "/do/1/verify"}
	return []*model.RunDetail{
		{Run: waits, Input: json.RawMessage(`{"reason":"leak"}`), Tasks: []model.RunTask{{Key: "/do/0/ask", Pointer: "/do/0/ask", Name: "ask", Kind: "call",
			Waiting: "task", For: "task/prod.restart-tickets.3.1", Since: f.ago(time.Minute)}}},
		{Run: failed, Input: json.RawMessage(`{}`)},
		{Run: done, Input: json.RawMessage(`{}`), Output: json.RawMessage(`{"restarted":2}`)},
	}
}

func (f *Fake) restart() model.WorkflowDetail {
	return model.WorkflowDetail{
		Workflow: model.Workflow{Name: "restart-tickets", Environment: "prod", Team: "box-office", Status: f.workflow, Version: "1.2.0", Release: "4be0",
			Digest: "sha256:" + repeat("d", 64), Since: f.ago(time.Hour), Schedule: "0 3 * * * (UTC)", Next: f.now.Add(time.Hour),
			Running: []string{"prod.restart-tickets.3"}, Last: &model.RunEnd{Run: "prod.restart-tickets.2", Status: "faulted", At: f.ago(59 * time.Minute)}},
		Definition: json.RawMessage(`{"document":{"dsl":"1.0.3","namespace":"ops","name":"restart-tickets","version":"1.2.0"},"do":[{"ask":{"call":"approval","with":{"title":"Restart?","from":["operator"]}}}]}`),
		Input:      json.RawMessage(`{"type":"object","properties":{"reason":{"type":"string","title":"Why"}},"required":["reason"]}`),
	}
}

// Workflows gives one workflow.
func (f *Fake) Workflows(ctx context.Context) ([]model.Workflow, error) {
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	return []model.Workflow{f.restart().Workflow}, nil
}

// Workflow gives it with its definition.
func (f *Fake) Workflow(ctx context.Context, name, environment string) (model.WorkflowDetail, error) {
	if err := f.enter(ctx); err != nil {
		return model.WorkflowDetail{}, err
	}
	defer f.mu.Unlock()
	w := f.restart()
	if name != w.Name || environment != w.Environment {
		return model.WorkflowDetail{}, fault.New(fault.NotFound, "no version of a workflow %q is active in %q", name, environment).WithHint("slipway workflow list")
	}
	return w, nil
}

// PauseWorkflow pauses it.
func (f *Fake) PauseWorkflow(ctx context.Context, _, _ string, _ model.RunWhy) (model.Receipt, error) {
	return f.setWorkflow(ctx, "paused")
}

// ContinueWorkflow ends the pause.
func (f *Fake) ContinueWorkflow(ctx context.Context, _, _ string) (model.Receipt, error) {
	return f.setWorkflow(ctx, "active")
}

// WorkflowWebhook takes what has a signature.
func (f *Fake) WorkflowWebhook(_ context.Context, _, _ string, header http.Header, _ []byte) (model.Receipt, error) {
	if header.Get("X-Hub-Signature-256") == "" {
		return model.Receipt{}, fault.New(fault.Denied, "the webhook is not signed with the secret of a workflow")
	}
	return model.Receipt{}, nil
}

func (f *Fake) setWorkflow(ctx context.Context, status string) (model.Receipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.Receipt{}, err
	}
	defer f.mu.Unlock()
	if f.workflow == status {
		return model.Receipt{}, fault.New(fault.Refused, "it is so already")
	}
	f.workflow = status
	return f.note(Actor(ctx), "trigger/prod/restart-tickets", "trigger."+status), nil
}

// Runs lists the runs.
func (f *Fake) Runs(ctx context.Context, q model.RunsQuery) ([]model.Run, error) {
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	var list []model.Run
	for _, r := range f.runs {
		if (q.Workflow == "" || q.Workflow == r.Workflow) && (q.Status == "" || q.Status == r.Status) && (q.Environment == "" || q.Environment == r.Environment) {
			list = append(list, r.Run)
		}
	}
	return list, nil
}

// StartRun begins one that is done the next time that it is looked at.
func (f *Fake) StartRun(ctx context.Context, r model.RunRequest) (model.RunStarted, error) {
	if err := f.enter(ctx); err != nil {
		return model.RunStarted{}, err
	}
	defer f.mu.Unlock()
	if r.Workflow != "restart-tickets" {
		return model.RunStarted{}, fault.New(fault.NotFound, "no version of a workflow %q is active in %q", r.Workflow, r.Environment)
	}
	run := *f.runs[len(f.runs)-1]
	run.ID, run.StartedAt, run.EndedAt, run.Input = "prod.restart-tickets.4", f.now, f.now, r.Input
	f.runs = append([]*model.RunDetail{&run}, f.runs...)
	return model.RunStarted{Run: run.ID, Position: f.note(Actor(ctx), "run/"+run.ID, "run.started").Position}, nil
}

// Run gives one.
func (f *Fake) Run(ctx context.Context, run string) (model.RunDetail, error) {
	if err := f.enter(ctx); err != nil {
		return model.RunDetail{}, err
	}
	defer f.mu.Unlock()
	r, err := f.findRun(run)
	if err != nil {
		return model.RunDetail{}, err
	}
	return *r, nil
}

func (f *Fake) findRun(run string) (*model.RunDetail, error) {
	i := slices.IndexFunc(f.runs, func(r *model.RunDetail) bool { return r.ID == run })
	if i < 0 {
		return nil, fault.New(fault.NotFound, "there is no run %q", run).WithHint("slipway run list")
	}
	return f.runs[i], nil
}

// RunSteps gives the first step of a run.
func (f *Fake) RunSteps(ctx context.Context, run string) ([]model.RunStep, error) {
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	r, err := f.findRun(run)
	if err != nil {
		return nil, err
	}
	return []model.RunStep{{Number: 1, At: r.StartedAt, Event: "run.started", Actor: r.By, Status: r.Status,
		Traces: []model.RunTrace{{What: "workflow.started"}, {What: "task.started", Pointer: "/do/0/ask", Key: "/do/0/ask", Value: r.Input}}}}, nil
}

// RunLogs gives a line.
func (f *Fake) RunLogs(ctx context.Context, run string, _ bool, each func(model.LogLine) error) error {
	if err := f.enter(ctx); err != nil {
		return err
	}
	_, err := f.findRun(run)
	f.mu.Unlock()
	if err != nil {
		return err
	}
	return each(model.LogLine{Origin: run, Stream: "out", Text: "restarting 2 instances"})
}

// CancelRun ends a run.
func (f *Fake) CancelRun(ctx context.Context, run string, w model.RunWhy) (model.Receipt, error) {
	return f.setRun(ctx, run, "cancelled", w.Reason)
}

// SuspendRun holds a run.
func (f *Fake) SuspendRun(ctx context.Context, run string, w model.RunWhy) (model.Receipt, error) {
	return f.setRun(ctx, run, "suspended", w.Reason)
}

// ContinueRun lets it go on.
func (f *Fake) ContinueRun(ctx context.Context, run string) (model.Receipt, error) {
	return f.setRun(ctx, run, "running", "")
}

// ResumeRun starts it again.
func (f *Fake) ResumeRun(ctx context.Context, run string, _ model.RunResume) (model.Receipt, error) {
	return f.setRun(ctx, run, "running", "")
}

// SettleRun lets it go on.
func (f *Fake) SettleRun(ctx context.Context, run string, _ model.RunSettle) (model.Receipt, error) {
	return f.setRun(ctx, run, "running", "")
}

func (f *Fake) setRun(ctx context.Context, run, status, reason string) (model.Receipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.Receipt{}, err
	}
	defer f.mu.Unlock()
	r, err := f.findRun(run)
	if err != nil {
		return model.Receipt{}, err
	}
	if r.Status == "completed" {
		return model.Receipt{}, fault.New(fault.Refused, "the run %s is completed", run)
	}
	r.Status, r.Reason = status, reason
	return f.note(Actor(ctx), "run/"+run, "run."+status), nil
}

// SendEvents takes one event.
func (f *Fake) SendEvents(ctx context.Context, _ map[string][]string, body []byte) (model.EventReceipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.EventReceipt{}, err
	}
	defer f.mu.Unlock()
	if !json.Valid(body) {
		return model.EventReceipt{}, fault.New(fault.Invalid, "the events cannot be read")
	}
	return model.EventReceipt{Position: f.position, Events: 1}, nil
}
