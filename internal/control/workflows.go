package control

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/trigger"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

// Workflows lists the workflows of all environments that the caller may see.
func (c *Control) Workflows(ctx context.Context) ([]model.Workflow, error) {
	see, err := c.sees(ctx)
	if err != nil {
		return nil, err
	}
	states, err := engine.All[trigger.State](ctx, c.Engine, trigger.MachineID("", "")[:len("trigger/")])
	if err != nil {
		return nil, err
	}
	list := []model.Workflow{}
	for _, s := range states {
		if see.of(s.Team, s.Environment) {
			list = append(list, workflowOf(s))
		}
	}
	return list, nil
}

// Workflow tells about a workflow in an environment, with the definition that is active.
func (c *Control) Workflow(ctx context.Context, name, environment string) (model.WorkflowDetail, error) {
	s, err := c.workflow(ctx, access.Read, name, environment)
	if err != nil {
		return model.WorkflowDetail{}, err
	}
	d := model.WorkflowDetail{Workflow: workflowOf(s)}
	if s.Active == nil {
		return d, nil
	}
	raw, err := c.Engine.Value(ctx, s.Active.Definition)
	if err != nil {
		return d, err
	}
	d.Definition = raw
	var head struct {
		Input struct {
			Schema struct {
				Document json.RawMessage `json:"document"`
			} `json:"schema"`
		} `json:"input"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return d, fault.New(fault.Internal, "the definition %s cannot be read", s.Active.Definition).Because(err)
	}
	d.Input = head.Input.Schema.Document
	return d, nil
}

// workflow gives a workflow in an environment to who may do something with it.
func (c *Control) workflow(ctx context.Context, op access.Operation, name, environment string) (trigger.State, error) {
	if err := c.maySomewhere(ctx, op); err != nil {
		return trigger.State{}, err
	}
	s, _, err := engine.Load[trigger.State](ctx, c.Engine, trigger.MachineID(environment, name))
	if err != nil {
		return s, ignoring(fault.NotFound, err, fault.New(fault.NotFound, "no version of a workflow %q is active in %q", name, environment).
			WithHint("slipway workflow list; a version becomes active by its deployment: slipway deploy %s %s", name, environment))
	}
	_, err = c.may(ctx, op, access.Scope{Team: s.Team, Environment: environment})
	return s, err
}

// PauseWorkflow lets a workflow begin nothing by itself.
func (c *Control) PauseWorkflow(ctx context.Context, name, environment string, w model.RunWhy) (model.Receipt, error) {
	return c.onWorkflow(ctx, name, environment, trigger.EventPaused, interp.Why(w))
}

// ContinueWorkflow ends a pause.
func (c *Control) ContinueWorkflow(ctx context.Context, name, environment string) (model.Receipt, error) {
	return c.onWorkflow(ctx, name, environment, trigger.EventContinued, interp.Why{})
}

func (c *Control) onWorkflow(ctx context.Context, name, environment, event string, data any) (model.Receipt, error) {
	if _, err := c.workflow(ctx, access.Deploy, name, environment); err != nil {
		return model.Receipt{}, err
	}
	who, err := caller(ctx)
	if err != nil {
		return model.Receipt{}, err
	}
	return c.tell(ctx, who.Actor, trigger.MachineID(environment, name), event, data)
}

// StartRun begins a run, with the rights of who asks for it.
func (c *Control) StartRun(ctx context.Context, r model.RunRequest) (model.RunStarted, error) {
	s, err := c.workflow(ctx, access.Deploy, r.Workflow, r.Environment)
	if err != nil {
		return model.RunStarted{}, err
	}
	input, err := c.datum(ctx, r.Input)
	if err != nil {
		return model.RunStarted{}, err
	}
	if s.Active != nil {
		if err := c.Runner.Accepts(ctx, s.Active.Definition, input); err != nil {
			return model.RunStarted{}, err
		}
	}
	who, err := caller(ctx)
	if err != nil {
		return model.RunStarted{}, err
	}
	return c.fire(ctx, r.Workflow, r.Environment, trigger.Fire{Input: input, As: who.Actor, Trigger: "person", Labels: map[string]string{"ask": rand.Text()}})
}

// fire begins a run and finds out its name.
func (c *Control) fire(ctx context.Context, name, environment string, f trigger.Fire) (model.RunStarted, error) {
	receipt, err := c.tell(ctx, f.As, trigger.MachineID(environment, name), trigger.EventFired, f)
	if err != nil {
		return model.RunStarted{}, err
	}
	rows, err := c.Engine.List(ctx, interp.MachineID(environment+"."+name+"."), store.ListOptions{Labels: map[string]string{"ask": f.Labels["ask"]}, Limit: 1})
	if err != nil {
		return model.RunStarted{}, err
	}
	if len(rows) == 0 {
		s, _, err := engine.Load[trigger.State](ctx, c.Engine, trigger.MachineID(environment, name))
		if err == nil {
			err = fault.New(fault.Refused, "the run did not begin: %s", s.Problem)
		}
		return model.RunStarted{}, err
	}
	return model.RunStarted{Run: rows[0].ID[len("run/"):], Position: receipt.Position}, nil
}

// datum keeps a value where values of runs are kept.
func (c *Control) datum(ctx context.Context, raw json.RawMessage) (interp.Datum, error) {
	switch {
	case len(raw) == 0:
		return interp.Datum{}, nil
	case !json.Valid(raw):
		return interp.Datum{}, fault.New(fault.Invalid, "the input is not JSON")
	case len(raw) <= interp.Inline:
		return interp.Datum{V: raw}, nil
	}
	digest, err := c.Engine.Blobs().Put(ctx, raw)
	return interp.Datum{D: digest, N: len(raw)}, err
}

// valueOf gives a value of a run.
func (c *Control) valueOf(ctx context.Context, d interp.Datum) (json.RawMessage, error) {
	if d.D == "" {
		return d.V, nil
	}
	return c.Engine.Value(ctx, d.D)
}

func workflowOf(s trigger.State) model.Workflow {
	w := model.Workflow{Name: s.Workflow, Environment: s.Environment, Team: s.Team, Status: "inactive", Reason: s.Paused,
		Since: s.Since, Next: s.Next, Waiting: len(s.Waiting), Skipped: s.Skipped, Problem: s.Problem}
	for _, r := range s.Running {
		w.Running = append(w.Running, r.Run)
	}
	if s.Last != nil {
		w.Last = &model.RunEnd{Run: s.Last.Run, Status: string(s.Last.Status), At: s.Last.At}
	}
	if a := s.Active; a != nil {
		w.Status, w.Title, w.Version, w.Release, w.Digest, w.Schedule = "active", a.Title, a.Version, a.Release, a.Definition, inWords(a.Schedule)
	}
	if s.Paused != "" {
		w.Status = "paused"
	}
	return w
}

// inWords tells when a workflow runs by itself.
func inWords(s trigger.Schedule) string {
	zone := s.Zone
	if zone == "" {
		zone = "UTC"
	}
	switch {
	case s.Every > 0:
		return "every " + s.Every.Round(time.Second).String()
	case s.Cron != "":
		return fmt.Sprintf("%s (%s)", s.Cron, zone)
	case s.After > 0:
		return s.After.Round(time.Second).String() + " after it has ended"
	case s.On != nil:
		return "on events"
	}
	return ""
}
