package control

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"path"
	"slices"
	"strings"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/cloudevent"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/drive/run"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

// Runner is what control needs of who drives runs.
type Runner interface {
	interp.Library
	// Accepts says whether a run of a definition may begin with an input: whether there is
	// anything in it that cannot run, and whether the input is as its schema says.
	Accepts(ctx context.Context, definition string, input interp.Datum) error
	// Ingest brings events to all runs that listen and all workflows that begin with them.
	Ingest(ctx context.Context, events []cloudevent.Event, by machine.Actor) (run.Taken, error)
	// Logs gives what the processes of a run printed, and goes on as long as more says so.
	Logs(ctx context.Context, id string, more func(context.Context) (bool, error)) iter.Seq2[run.Line, error]
}

const someRuns = 100

// Runs lists runs, latest first.
func (c *Control) Runs(ctx context.Context, q model.RunsQuery) ([]model.Run, error) {
	see, err := c.sees(ctx)
	if err != nil {
		return nil, err
	}
	labels := map[string]string{}
	for name, value := range map[string]string{"workflow": q.Workflow, "environment": q.Environment} {
		if value != "" {
			labels[name] = value
		}
	}
	rows, err := c.Engine.List(ctx, interp.MachineID(""), store.ListOptions{Status: q.Status, Labels: labels})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(rows, func(a, b store.Row) int { return b.Updated.Compare(a.Updated) })
	list := []model.Run{}
	for _, row := range rows {
		if len(list) == cmp.Or(q.Limit, someRuns) {
			break
		}
		if !see.of(row.Summary.Labels["team"], row.Summary.Labels["environment"]) {
			continue
		}
		s, _, err := engine.Load[interp.State](ctx, c.Engine, row.ID)
		if err != nil {
			return nil, err
		}
		list = append(list, runOf(s))
	}
	slices.SortStableFunc(list, func(a, b model.Run) int { return b.StartedAt.Compare(a.StartedAt) })
	return list, nil
}

// Run tells about a run.
func (c *Control) Run(ctx context.Context, id string) (model.RunDetail, error) {
	s, err := c.run(ctx, access.Read, id)
	if err != nil {
		return model.RunDetail{}, err
	}
	d := model.RunDetail{Run: runOf(s), Tasks: tasksOf(s.Root, nil)}
	for _, v := range []struct {
		datum interp.Datum
		to    *json.RawMessage
	}{{s.Input, &d.Input}, {s.Context, &d.Context}, {s.Output, &d.Output}} {
		if *v.to, err = c.valueOf(ctx, v.datum); err != nil {
			return d, err
		}
	}
	return d, nil
}

// run gives a run to who may do something with it.
func (c *Control) run(ctx context.Context, op access.Operation, id string) (interp.State, error) {
	if err := c.maySomewhere(ctx, op); err != nil {
		return interp.State{}, err
	}
	s, _, err := engine.Load[interp.State](ctx, c.Engine, interp.MachineID(id))
	if err != nil {
		return s, ignoring(fault.NotFound, err, fault.New(fault.NotFound, "there is no run %q", id).WithHint("slipway run list"))
	}
	_, err = c.may(ctx, op, access.Scope{Team: s.Labels["team"], Environment: s.Environment})
	return s, err
}

// CancelRun ends a run.
func (c *Control) CancelRun(ctx context.Context, id string, w model.RunWhy) (model.Receipt, error) {
	return c.onRun(ctx, id, interp.EventCancelled, interp.Why(w))
}

// SuspendRun holds a run after what is under way.
func (c *Control) SuspendRun(ctx context.Context, id string, w model.RunWhy) (model.Receipt, error) {
	return c.onRun(ctx, id, interp.EventSuspended, interp.Why(w))
}

// ContinueRun lets a suspended run go on.
func (c *Control) ContinueRun(ctx context.Context, id string) (model.Receipt, error) {
	return c.onRun(ctx, id, interp.EventContinued, interp.Why{})
}

// SettleRun says what became of something whose outcome was lost.
func (c *Control) SettleRun(ctx context.Context, id string, r model.RunSettle) (model.Receipt, error) {
	output, err := c.datum(ctx, r.Output)
	if err != nil {
		return model.Receipt{}, err
	}
	return c.onRun(ctx, id, interp.EventSettled, interp.Settle{Frame: r.Task, Decision: r.Decision, Output: output, Reason: r.Reason})
}

func (c *Control) onRun(ctx context.Context, id, event string, data any) (model.Receipt, error) {
	if _, err := c.run(ctx, access.Deploy, id); err != nil {
		return model.Receipt{}, err
	}
	who, err := caller(ctx)
	if err != nil {
		return model.Receipt{}, err
	}
	return c.tell(ctx, who.Actor, interp.MachineID(id), event, data)
}

// SendEvents brings CloudEvents in.
func (c *Control) SendEvents(ctx context.Context, header map[string][]string, body []byte) (model.EventReceipt, error) {
	actor, err := c.may(ctx, access.Deploy, access.Scope{})
	if err != nil {
		return model.EventReceipt{}, err
	}
	events, err := cloudevent.FromHTTP(header, body)
	if err != nil {
		return model.EventReceipt{}, fault.New(fault.Invalid, "the events cannot be read: %v", err)
	}
	taken, err := c.Runner.Ingest(ctx, events, actor)
	return model.EventReceipt(taken), err
}

// RunLogs gives what the processes of a run print, and with follow goes on until it ends.
func (c *Control) RunLogs(ctx context.Context, id string, follow bool, f func(model.LogLine) error) error {
	if _, err := c.run(ctx, access.Read, id); err != nil {
		return err
	}
	var goesOn func(context.Context) (bool, error)
	if follow {
		goesOn = func(ctx context.Context) (bool, error) {
			s, _, err := engine.Load[interp.State](ctx, c.Engine, interp.MachineID(id))
			return s.Root != nil, err
		}
	}
	for line, err := range c.Runner.Logs(ctx, id, goesOn) {
		if err == nil {
			err = f(model.LogLine{Origin: path.Base(line.Pointer), Stream: line.Stream, Text: line.Text})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func runOf(s interp.State) model.Run {
	r := model.Run{ID: s.ID, Workflow: s.Workflow, Environment: s.Environment, Team: s.Labels["team"], Version: s.Version,
		Digest: s.Definition, Status: string(s.Status), Trigger: s.Trigger, By: s.As.String(), Parent: strings.TrimPrefix(s.Parent, "run/"),
		StartedAt: s.StartedAt, EndedAt: s.EndedAt, Reason: s.Reason, Error: problemOf(s.Error)}
	for _, t := range tasksOf(s.Root, nil) {
		if t.Waiting != "" {
			r.Waits = append(r.Waits, waitsFor(t))
		}
	}
	return r
}

func problemOf(p *interp.Problem) *model.RunProblem {
	if p == nil {
		return nil
	}
	m := model.RunProblem(*p)
	return &m
}

// tasksOf lists the tasks under way, from the outside in.
func tasksOf(f *interp.Frame, list []model.RunTask) []model.RunTask {
	if f == nil {
		return list
	}
	if f.Pointer != "" {
		t := model.RunTask{Key: f.Name(), Pointer: f.Pointer, Name: path.Base(f.Pointer), Waiting: f.Waiting, For: f.For,
			Attempt: f.Attempt, Turn: f.Turn, Since: f.At, Until: f.Until}
		if !f.Wake.IsZero() {
			t.Until = f.Wake
		}
		list = append(list, t)
	}
	for _, child := range f.Children {
		list = tasksOf(child, list)
	}
	return list
}

// waitsFor tells what a task waits for.
func waitsFor(t model.RunTask) string {
	switch t.Waiting {
	case "task":
		return fmt.Sprintf("%s: people, by task %s", t.Name, strings.TrimPrefix(t.For, "task/"))
	case "child":
		return fmt.Sprintf("%s: run %s", t.Name, strings.TrimPrefix(t.For, "run/"))
	case "timer":
		return fmt.Sprintf("%s: until %s", t.Name, t.Until.UTC().Format("2006-01-02 15:04:05 UTC"))
	case "event":
		return t.Name + ": events"
	case "unknown":
		return fmt.Sprintf("%s: somebody who says what became of it: slipway run settle", t.Name)
	}
	return t.Name + ": its outcome"
}

// events gives all that happened to a run, in order, for a replay.
func (c *Control) events(ctx context.Context, id string) ([]machine.Event, error) {
	name := interp.MachineID(id)
	var events []machine.Event
	for after := int64(0); ; {
		entries, err := c.Engine.Journal(ctx, after, store.JournalFilter{Prefix: name})
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			after = e.Seq
			if e.Machine != name {
				continue
			}
			if e.Erased {
				return nil, fault.New(fault.Refused, "what happened to the run %s was erased from the journal, as retention says", id).
					WithHint("begin a new run")
			}
			events = append(events, machine.Event{ID: e.ID, Type: e.Type, Actor: e.Actor, At: e.At, Data: e.Data, Facts: e.Facts})
		}
		if len(entries) == 0 {
			break
		}
	}
	if len(events) == 0 {
		return nil, errors.New("the journal has nothing of it")
	}
	return events, nil
}
