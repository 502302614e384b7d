package run

import (
	"context"

	"slipway.dev/internal/call"
	"slipway.dev/internal/core/cloudevent"
	"slipway.dev/internal/core/workflow/interp"
)

// call runs run.call.
func (d *Driver) call(ctx context.Context, e *effect, in interp.CallInput) (any, *interp.Problem) {
	if d.Caller == nil {
		return nil, missing("a call of " + in.Protocol)
	}
	v, problem := e.open(ctx, in.With, in.Data, in.Authentication)
	if problem != nil {
		return nil, problem
	}
	reply := d.Caller.Do(ctx, call.Request{Protocol: in.Protocol, With: v[0], Data: v[1], Authentication: v[2], IdempotencyKey: e.key()})
	return reply.Output, reply.Problem
}

// fetch runs run.fetch: the text of a resource.
func (d *Driver) fetch(ctx context.Context, e *effect, in interp.FetchInput) (any, *interp.Problem) {
	v, problem := e.open(ctx, in.Endpoint, in.Authentication)
	if problem != nil {
		return nil, problem
	}
	return e.text(ctx, v[0], v[1])
}

// resolve runs run.resolve.
func (d *Driver) resolve(ctx context.Context, _ *effect, in interp.ResolveInput) (any, *interp.Problem) {
	if d.Workflows == nil {
		return nil, missing("another workflow")
	}
	found, err := d.Workflows.Resolve(ctx, in)
	if err != nil {
		return nil, problemOf(err)
	}
	return found, nil
}

// emit runs run.emit. Secrets stay marks: who hears of the event need not be allowed to see them.
func (d *Driver) emit(ctx context.Context, e *effect, in interp.EmitInput) (any, *interp.Problem) {
	v, problem := e.read(in.Event)
	if problem != nil {
		return nil, problem
	}
	event, ok := v[0].(map[string]any)
	if !ok {
		return nil, problemf(interp.Validation, 400, "what is emitted is no event")
	}
	if _, err := d.Ingest(ctx, []cloudevent.Event{event}, e.at.As); err != nil {
		return nil, problemOf(err)
	}
	return event, nil
}
