package run

import (
	"context"
	"encoding/json"
	"strings"

	"slipway.dev/internal/core/alert"
	"slipway.dev/internal/core/cloudevent"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/release"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

// prefix begins the types of events that tell what happened here.
const prefix = "dev.slipway."

// source is that of all events that tell what happened here.
const source = "/slipway"

// tellers say, by kind of machine, what an entry of it means to workflows. They look no
// further if nobody listens.
var tellers = map[string]func(context.Context, *Driver, store.Entry) ([]cloudevent.Event, error){
	"deployment": tellDeployment, "alert": tellAlert, "task": tellTask, "release": tellRelease, "run": tellRun,
}

// one gives the event of a type, if anybody listens to it. which tells it from other events of
// the same entry.
func (d *Driver) one(entry store.Entry, kind, which string, data any) []cloudevent.Event {
	if !d.Listeners.wants(kind) {
		return nil
	}
	var plain map[string]any
	text, err := json.Marshal(data)
	if err == nil {
		err = json.Unmarshal(text, &plain)
	}
	if err != nil {
		d.Log.Error("what happened cannot be told to workflows", "position", entry.Seq, "error", err)
		return nil
	}
	return []cloudevent.Event{event(entry, kind, which, plain)}
}

func tellDeployment(_ context.Context, d *Driver, entry store.Entry) ([]cloudevent.Event, error) {
	if entry.Type != deploy.EventEnded {
		return nil, nil
	}
	e, err := machine.Decode[deploy.Ended](machine.Event{Type: entry.Type, Data: entry.Data})
	if err != nil || e.Outcome == "" {
		return nil, nil //nolint:nilerr // erased, or of another version: there is nothing to tell
	}
	return d.one(entry, prefix+"deployment."+string(e.Outcome), "", map[string]any{"deployment": strings.TrimPrefix(entry.Machine, "deployment/"),
		"service": e.Service, "environment": e.Environment, "release": e.Release, "outcome": e.Outcome, "reason": e.Reason}), nil
}

func tellAlert(ctx context.Context, d *Driver, entry store.Entry) ([]cloudevent.Event, error) {
	kind := prefix + entry.Type
	if entry.Type != alert.EventFired && entry.Type != alert.EventResolved || !d.Listeners.wants(kind) {
		return nil, nil
	}
	s, ok, err := load[alert.State](ctx, d, entry)
	if !ok {
		return nil, err
	}
	return d.one(entry, kind, "", s), nil
}

func tellTask(ctx context.Context, d *Driver, entry store.Entry) ([]cloudevent.Event, error) {
	const ended = prefix + "task.ended"
	if entry.Type == task.EventOpened || !d.Listeners.wants(ended) {
		return nil, nil
	}
	s, ok, err := load[task.State](ctx, d, entry)
	if !ok || s.EndedAt.IsZero() || !s.EndedAt.Equal(entry.At) {
		return nil, err
	}
	return d.one(entry, ended, "", map[string]any{"task": strings.TrimPrefix(entry.Machine, "task/"), "outcome": s.Status, "reason": s.Reason}), nil
}

func tellRelease(_ context.Context, d *Driver, entry store.Entry) ([]cloudevent.Event, error) {
	word := map[string]string{release.EffectBuild + ".done": "built", release.EffectImport + ".done": "built",
		release.EffectBuild + ".failed": "failed", release.EffectImport + ".failed": "failed"}[entry.Type]
	if word == "" {
		return nil, nil
	}
	o, _ := machine.Decode[machine.Outcome](machine.Event{Type: entry.Type, Data: entry.Data}) // erased: without
	service, id, _ := strings.Cut(strings.TrimPrefix(entry.Machine, "release/"), "/")
	return d.one(entry, prefix+"release."+word, "", map[string]any{"service": service, "release": id, "error": o.Error}), nil
}

// lifecycle begins the types of the specification's events about workflows.
const lifecycle = "io.serverlessworkflow.workflow."

// tellRun tells of the begin and the end of runs, in the specification's words and in ours.
// A short run begins and ends in one step.
func tellRun(ctx context.Context, d *Driver, entry store.Entry) ([]cloudevent.Event, error) {
	var begin []cloudevent.Event
	if entry.Type == interp.EventStarted {
		begin = tellBegin(d, entry)
	}
	end, err := tellEnd(ctx, d, entry)
	return append(begin, end...), err
}

func tellEnd(ctx context.Context, d *Driver, entry store.Entry) ([]cloudevent.Event, error) {
	wanted := func(s interp.Status) bool {
		return d.Listeners.wants(prefix+"run."+string(s)) || d.Listeners.wants(lifecycle+string(s)+".v1")
	}
	if !wanted(interp.Completed) && !wanted(interp.Faulted) && !wanted(interp.Cancelled) {
		return nil, nil
	}
	s, ok, err := load[interp.State](ctx, d, entry)
	if !ok || s.Root != nil || s.Taken != entry.Step {
		return nil, err // goes on; or ended at another step, which tells of it
	}
	output, err := d.outputOf(&s)
	if err != nil {
		return nil, err
	}
	at := map[interp.Status]string{interp.Completed: "completedAt", interp.Faulted: "faultedAt", interp.Cancelled: "cancelledAt"}[s.Status]
	said := map[string]any{"name": qualified(&s.Start), at: s.EndedAt}
	ours := map[string]any{"run": s.ID, "workflow": s.Workflow, "environment": s.Environment, "status": s.Status, "release": s.Release}
	if s.Status == interp.Completed {
		said["output"], ours["output"] = output, output
	}
	if s.Error != nil {
		said["error"], ours["error"] = s.Error, s.Error
	}
	return append(d.one(entry, prefix+"run."+string(s.Status), "-ended", ours), d.one(entry, lifecycle+string(s.Status)+".v1", "-lifecycle-ended", said)...), nil
}

func tellBegin(d *Driver, entry store.Entry) []cloudevent.Event {
	s, err := machine.Decode[interp.Start](machine.Event{Type: entry.Type, Data: entry.Data})
	if err != nil {
		return nil
	}
	ours := map[string]any{"run": s.ID, "workflow": s.Workflow, "environment": s.Environment, "release": s.Release, "trigger": s.Trigger}
	said := map[string]any{"name": qualified(&s), "startedAt": entry.At}
	return append(d.one(entry, prefix+"run.started", "", ours), d.one(entry, lifecycle+"started.v1", "-lifecycle", said)...)
}

// qualified names a run as the specification has it.
func qualified(s *interp.Start) string { return s.Name + "-" + s.ID + "." + s.Namespace }

// longestTold is how long the output of a run may be that is in the event about its end.
const longestTold = 64 << 10

func (d *Driver) outputOf(s *interp.State) (any, error) {
	if s.Output.N > longestTold {
		return nil, nil
	}
	return d.Library.value(s.Output)
}

// load gives the state of an entry's machine; not ok: there is none any more, or it cannot be read.
func load[S any](ctx context.Context, d *Driver, entry store.Entry) (s S, ok bool, err error) {
	s, _, err = engine.Load[S](ctx, d.Engine, entry.Machine)
	if fault.Is(err, fault.NotFound) {
		return s, false, nil
	}
	return s, err == nil, err
}
