package control

import (
	"context"
	"encoding/json"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/trigger"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/core/workflow/jq"
	"slipway.dev/internal/engine"
)

// RunSteps replays a run from the journal: what each event did to it.
func (c *Control) RunSteps(ctx context.Context, id string) ([]model.RunStep, error) {
	if _, err := c.run(ctx, access.Read, id); err != nil {
		return nil, err
	}
	events, err := c.events(ctx, id)
	if err != nil {
		return nil, err
	}
	known := interp.Remember(c.Runner)
	var steps []model.RunStep
	for moment, err := range interp.Replay(c.Runner, events) {
		if err != nil {
			return nil, fault.New(fault.Refused, "the run %s cannot be replayed to its end", id).Because(err)
		}
		known.Add(moment.Next.Values...)
		step := model.RunStep{Number: len(steps) + 1, At: moment.Event.At, Event: moment.Event.Type,
			Actor: moment.Event.Actor.String(), Status: string(moment.State.Status)}
		for _, t := range moment.Trace {
			trace := model.RunTrace{What: t.What, Pointer: t.Pointer, Key: t.Key, Error: problemOf(t.Error)}
			if trace.Value, err = textOf(known, t.Datum); err != nil {
				return nil, err
			}
			step.Traces = append(step.Traces, trace)
		}
		steps = append(steps, step)
	}
	return steps, nil
}

// textOf gives a value of a run as JSON.
func textOf(known interp.Library, d interp.Datum) (json.RawMessage, error) {
	if d.D == "" {
		return d.V, nil
	}
	v, err := known.Value(d.D)
	if err != nil {
		return nil, err
	}
	return jq.Encode(v)
}

// ResumeRun starts a run that has ended again from one of its tasks: the one that is named, or
// that failed.
func (c *Control) ResumeRun(ctx context.Context, id string, r model.RunResume) (model.Receipt, error) {
	s, err := c.run(ctx, access.Deploy, id)
	if err != nil {
		return model.Receipt{}, err
	}
	if r.From == "" {
		if s.Error == nil {
			return model.Receipt{}, fault.New(fault.Refused, "no task of the run %s has failed: it is %s", id, s.Status).
				WithHint("say from where: slipway run resume %s --from POINTER", id)
		}
		r.From = s.Error.Instance
	}
	events, err := c.events(ctx, id)
	if err != nil {
		return model.Receipt{}, err
	}
	resume, values, err := interp.Find(c.Runner, events, r.From)
	if err != nil {
		return model.Receipt{}, err
	}
	if r.Version == "new" {
		if resume.Definition, err = c.newer(ctx, s); err != nil {
			return model.Receipt{}, err
		}
	}
	for _, v := range values {
		if _, err := c.Engine.Blobs().Put(ctx, v); err != nil {
			return model.Receipt{}, err
		}
	}
	return c.onRun(ctx, id, interp.EventResumed, resume)
}

// newer gives the version of a run's workflow that is active now.
func (c *Control) newer(ctx context.Context, s interp.State) (string, error) {
	t, _, err := engine.Load[trigger.State](ctx, c.Engine, trigger.MachineID(s.Environment, s.Workflow))
	if err != nil {
		return "", err
	}
	if t.Active == nil {
		return "", fault.New(fault.Refused, "no version of %s is active in %s", s.Workflow, s.Environment)
	}
	return t.Active.Definition, nil
}
