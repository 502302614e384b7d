package control_test

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"testing"

	"slipway.dev/client/model"
	"slipway.dev/internal/control"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/cloudevent"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/trigger"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/drive/run"
	"slipway.dev/internal/engine"
)

// runner is who drives runs, of which these only set values.
type runner struct{ *run.Library }

func (runner) Accepts(context.Context, string, interp.Datum) error { return nil }

func (runner) Ingest(_ context.Context, events []cloudevent.Event, _ machine.Actor) (run.Taken, error) {
	return run.Taken{Events: len(events)}, nil
}

func (runner) Logs(context.Context, string, func(context.Context) (bool, error)) iter.Seq2[run.Line, error] {
	return func(func(run.Line, error) bool) {}
}

var _ control.Runner = runner{}

const greeting = `{"document":{"dsl":"1.0.3","namespace":"test","name":"greet","version":"1.0.0"},
"do":[{"hello":{"set":{"text":"${ \"Hello \\(.name)\" }"}}}]}`

// greet makes a workflow active in dev, whose webhooks are signed with the secret hook.
func (w *world) greet() {
	w.Helper()
	def, problems := workflow.Parse("greet.yaml", []byte(greeting))
	if len(problems) > 0 {
		w.Fatal(problems)
	}
	try(w.engine.Blobs().Put(w.ctx, def.Canonical))(w)
	try(w.SetSecret(w.ctx, "hook", []byte("s3cret")))(w)
	try(w.engine.Submit(w.ctx, engine.To{Machine: trigger.MachineID("dev", "greet"), Event: machine.Event{Type: trigger.EventSet, Actor: machine.System("test"),
		Data: machine.Must(trigger.Set{Workflow: "greet", Environment: "dev", Active: trigger.Active{Release: "r1", Definition: def.Digest,
			Namespace: "test", Name: "greet", Version: "1.0.0", Seed: "seed", Webhook: "hook@1"}})}}))(w)
}

func TestStartRun(t *testing.T) {
	w := newWorld(t)
	w.greet()
	started := try(w.StartRun(w.ctx, model.RunRequest{Workflow: "greet", Environment: "dev", Input: json.RawMessage(`{"name":"Ada"}`)}))(t)
	r := try(w.Control.Run(w.ctx, started.Run))(t)
	if r.Status != "completed" || string(r.Output) != `{"text":"Hello Ada"}` || r.Workflow != "greet" {
		t.Errorf("%+v", r)
	}
	steps := try(w.RunSteps(w.ctx, started.Run))(t)
	if len(steps) != 1 || len(steps[0].Traces) < 3 {
		t.Errorf("%+v", steps)
	}
	try(w.ResumeRun(w.ctx, started.Run, model.RunResume{From: "/do/0/hello"}))(t)
	if steps := try(w.RunSteps(w.ctx, started.Run))(t); len(steps) < 2 {
		t.Errorf("resumed, it has %d steps", len(steps))
	}
	w.refused(second(w.ResumeRun(w.ctx, started.Run, model.RunResume{})), fault.Refused, "no task")
	w.refused(second(w.StartRun(w.ctx, model.RunRequest{Workflow: "greet", Environment: "prod"})), fault.NotFound)
	w.refused(second(w.StartRun(w.ctx, model.RunRequest{Workflow: "greet", Environment: "dev", Input: json.RawMessage(`{`)})), fault.Invalid)
}

// TestWorkflowWebhook begins one run for a delivery, and tells strangers nothing.
func TestWorkflowWebhook(t *testing.T) {
	w := newWorld(t)
	w.greet()
	const body = `{"name":"Eve"}`
	for what, header := range map[string]http.Header{"a wrong secret": signed(body, "guess"), "another body": signed(body+" ", "s3cret"), "no signature": {}} {
		_, want := w.WorkflowWebhook(t.Context(), "nosuch", "dev", header, []byte(body))
		_, err := w.WorkflowWebhook(t.Context(), "greet", "dev", header, []byte(body))
		if !fault.Is(err, fault.Denied) || err.Error() != want.Error() {
			t.Errorf("%s: %v; of a workflow that there is not: %v", what, err, want)
		}
	}
	for range 2 { // sent again, it is the same
		try(w.WorkflowWebhook(t.Context(), "greet", "dev", signed(body, "s3cret"), []byte(body)))(t)
	}
	runs := try(w.Runs(w.ctx, model.RunsQuery{}))(t)
	if len(runs) != 1 || runs[0].By != "workflow:greet" || runs[0].Trigger != "hook" {
		t.Errorf("%+v", runs)
	}
	w.refused(second(w.WorkflowWebhook(t.Context(), "greet", "dev", signed("nonsense", "s3cret"), []byte("nonsense"))), fault.Invalid)
}

// TestMayRun: a workflow gets at the secrets of another team's no easier than who runs it.
func TestMayRun(t *testing.T) {
	w := newWorld(t)
	for name, team := range map[string]string{"ours": "red", "helper": "red", "other": "blue"} {
		try(w.engine.Submit(w.ctx, engine.To{Machine: trigger.MachineID("dev", name), Event: machine.Event{Type: trigger.EventSet, Actor: machine.System("test"),
			Data: machine.Must(trigger.Set{Workflow: name, Environment: "dev", Team: team, Active: trigger.Active{Release: "r1", Definition: "sha256:1",
				Namespace: "test", Name: name, Version: "1.0.0", Seed: "seed"}})}}))(w)
	}
	itself := machine.Actor{Kind: "workflow", Name: "ours"}
	for _, c := range []struct {
		wanted string
		as     machine.Actor
		ok     bool
	}{{"helper", itself, true}, {"other", itself, false}, {"other", machine.Actor{Kind: "person", Name: "nobody"}, false}, {"other", access.LocalToken, true}} {
		s, _, err := engine.Load[trigger.State](w.ctx, w.engine, trigger.MachineID("dev", c.wanted))
		if err != nil {
			t.Fatal(err)
		}
		err = control.NewFunctions(w.Control).MayRun(w.ctx, interp.At{Workflow: "ours", Environment: "dev", As: c.as}, s)
		if c.ok && err != nil || !c.ok && !fault.Is(err, fault.Denied) {
			t.Errorf("%s as %s: %v", c.wanted, c.as, err)
		}
	}
}
