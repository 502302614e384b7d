package app

import (
	"context"
	"iter"
	"path/filepath"

	"slipway.dev/internal/call"
	"slipway.dev/internal/control"
	"slipway.dev/internal/core/cloudevent"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	corenotify "slipway.dev/internal/core/notify"
	"slipway.dev/internal/core/trigger"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/core/workflow/jq"
	"slipway.dev/internal/drive/run"
	drivetrigger "slipway.dev/internal/drive/trigger"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/job"
	"slipway.dev/internal/version"
)

// openRuns registers workflows and their runs, and who does what they want done.
func (h *house) openRuns() {
	e := h.engine
	library := run.NewLibrary(e.Value)
	engine.Register(e, "run", interp.Version, interp.Machine{Library: library})
	drivetrigger.Register(drivetrigger.Deps{Engine: e, Artifacts: h.artifacts, Values: library, Log: h.Log})
	h.runs = &run.Driver{
		Engine: e, Library: library, Log: h.Log,
		Caller:    call.New(call.Options{Private: true, Version: version.Get().Version}),
		Jobs:      &job.Hand{Dir: filepath.Join(h.dirs.Root, "jobs"), Hide: []string{h.dirs.Root}},
		Logs:      &run.Logs{Dir: filepath.Join(h.dirs.Root, "runs")},
		Workflows: active{h}, Secrets: entrusted{h},
		Network: func(string) bool { return true },
	}
	h.runs.Handle()
}

// active finds the version of a workflow that is active in an environment, for runs that may
// run it: it has secrets of its own.
type active struct{ h *house }

// Resolve implements run.Workflows.
func (a active) Resolve(ctx context.Context, in interp.ResolveInput) (run.Resolved, error) {
	s, _, err := engine.Load[trigger.State](ctx, a.h.engine, trigger.MachineID(in.Environment, in.Name))
	switch {
	case err == nil && s.Active == nil, fault.Is(err, fault.NotFound):
		return run.Resolved{}, fault.New(fault.NotFound, "no version of the workflow %s is active in %s", in.Name, in.Environment)
	case err != nil:
		return run.Resolved{}, err
	case in.Version != "" && in.Version != "latest" && in.Version != s.Active.Version:
		return run.Resolved{}, fault.New(fault.NotFound, "version %s of the workflow %s is active in %s, and not %s", s.Active.Version, in.Name, in.Environment, in.Version).
			WithHint("write version: latest, or deploy the one that is meant")
	}
	if err := control.NewFunctions(a.h.control).MayRun(ctx, in.At, s); err != nil {
		return run.Resolved{}, err
	}
	return run.Resolved{Name: in.Name, Definition: s.Active.Definition, Release: s.Active.Release, Team: s.Team, Secrets: s.Active.Secrets}, nil
}

// entrusted opens the secrets that the manifest of a run's workflow gave it when the run
// began, and no others.
type entrusted struct{ h *house }

// Value implements run.Secrets.
func (t entrusted) Value(ctx context.Context, at interp.At, name string) (string, error) {
	s, _, err := engine.Load[interp.State](ctx, t.h.engine, interp.MachineID(at.Run))
	if err != nil {
		return "", err
	}
	if s.Secrets[name] == "" {
		return "", fault.New(fault.NotFound, "the manifest of %s gives it no secret %s", at.Workflow, name).
			WithHint("secrets: {%s: {from: NAME}}", name)
	}
	value, err := t.h.vault.Open(ctx, s.Secrets[name])
	return string(value), err
}

// runner is what control sees of who drives runs.
type runner struct {
	*run.Library
	h *house
}

var _ control.Runner = runner{}

// Accepts implements control.Runner.
func (r runner) Accepts(_ context.Context, digest string, input interp.Datum) error {
	def, err := r.Definition(digest)
	if err != nil {
		return err
	}
	if refused := def.Refusals(); len(refused) > 0 {
		return refused.Err()
	}
	if def.Input.Schema == nil || def.Input.Schema.Document == nil {
		return nil
	}
	var value any
	if input.D != "" {
		value, err = r.Value(input.D)
	} else if value, err = jq.Decode(input.V); len(input.V) == 0 {
		value, err = map[string]any{}, nil
	}
	if err != nil {
		return err
	}
	schema, err := workflow.CompileSchema(def.Input.Schema.Document)
	if err == nil {
		err = workflow.Validate(schema, value)
	}
	if err != nil {
		return fault.New(fault.Invalid, "the input is not as the workflow's schema says").Because(err)
	}
	return nil
}

// Ingest implements control.Runner.
func (r runner) Ingest(ctx context.Context, events []cloudevent.Event, by machine.Actor) (run.Taken, error) {
	return r.h.runs.Ingest(ctx, events, by)
}

// Logs implements control.Runner.
func (r runner) Logs(ctx context.Context, id string, more func(context.Context) (bool, error)) iter.Seq2[run.Line, error] {
	return r.h.runs.Logs.Read(ctx, id, more)
}

// notice tells people what a workflow tells them. What is told again with the same key, after
// a crash, is told once.
func (h *house) notice(ctx context.Context, key string, n corenotify.Notice) error {
	_, err := h.messages.Notice(ctx, engine.EffectCall{ID: key, Kind: corenotify.EffectNotice, Input: machine.Must(n)})
	return err
}
