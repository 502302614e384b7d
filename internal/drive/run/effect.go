package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/engine"
)

// effect is an effect under way.
type effect struct {
	d       *Driver
	id      string
	machine string
	at      interp.At
	ring    *ring // nil until secrets were needed; see open
}

// maxOutput is how long the output of an effect may be, in bytes of JSON: what a run can keep
// as one value.
const maxOutput = 64 << 20

// handle registers who runs effects of a kind. What run gives becomes an interp.Result,
// without secrets.
func handle[I any](d *Driver, kind string, at func(I) interp.At, run func(context.Context, *effect, I) (any, *interp.Problem), o ...engine.EffectOption) {
	d.Engine.HandleEffect(kind, engine.EffectFunc(func(ctx context.Context, c engine.EffectCall) (machine.Value, error) {
		in, err := engine.Decode[I](c)
		if err != nil {
			return nil, err
		}
		e := &effect{d: d, id: c.ID, machine: c.Machine, at: at(in)}
		own, done := e.awaited(ctx, detached(in))
		defer done()
		out, problem := run(own, e, in)
		switch {
		case ctx.Err() != nil: // the engine stops: it stays pending
			return nil, ctx.Err()
		case errors.Is(context.Cause(own), errAbandoned):
			return machine.Must(interp.Result{Problem: problemf(interp.Runtime, 500, "%v", errAbandoned)}), nil
		}
		return e.result(ctx, out, problem)
	}), o...)
}

func detached(in any) bool {
	p, ok := in.(interp.ProcessInput)
	return ok && p.Detached
}

// awaited gives a context that ends when nobody waits for the effect any more.
func (e *effect) awaited(ctx context.Context, detached bool) (context.Context, func()) {
	if detached {
		return ctx, func() {}
	}
	own, cancel := context.WithCancelCause(ctx)
	release := e.d.watch.hold(e.machine, e.id, cancel)
	if e.at.Until.IsZero() {
		return own, func() { release(); cancel(nil) }
	}
	timed, stop := context.WithTimeoutCause(own, e.at.Until.Sub(e.d.Engine.Now()), errAbandoned)
	return timed, func() { stop(); release(); cancel(nil) }
}

// result makes the outcome what the run keeps: without secrets, and by digest if it is long.
func (e *effect) result(ctx context.Context, out any, problem *interp.Problem) (machine.Value, error) {
	if problem != nil {
		p := *problem
		p.Title, p.Detail = e.ring.text(p.Title), e.ring.text(p.Detail)
		return machine.Must(interp.Result{Problem: &p}), nil
	}
	text, err := json.Marshal(e.ring.mask(out))
	if err != nil {
		return machine.Must(interp.Result{Problem: problemf(interp.Runtime, 500, "its output is no JSON: %v", err)}), nil
	}
	if len(text) > maxOutput {
		return machine.Must(interp.Result{Problem: problemf(interp.Runtime, 500,
			"its output has %d bytes, and a value has up to %d; take less of it, or in parts", len(text), maxOutput)}), nil
	}
	datum, err := e.d.keep(ctx, text)
	if err != nil {
		return nil, err
	}
	return machine.Must(interp.Result{Output: datum}), nil
}

// keep makes a Datum of JSON, and puts it into the blob store if it is long.
func (d *Driver) keep(ctx context.Context, text json.RawMessage) (interp.Datum, error) {
	datum, long := interp.Keep(text)
	if !long {
		return datum, nil
	}
	_, err := d.Engine.Blobs().Put(ctx, text)
	return datum, err
}

func problemf(kind string, status int, format string, args ...any) *interp.Problem {
	return &interp.Problem{Type: kind, Status: status, Title: titles[kind], Detail: fmt.Sprintf(format, args...)}
}

var titles = map[string]string{interp.Configuration: "Configuration Error", interp.Validation: "Validation Error",
	interp.Authorization: "Authorization Error", interp.TimedOut: "Timeout Error", interp.Communication: "Communication Error", interp.Runtime: "Runtime Error"}

// problemOf makes an error of ours a problem that a workflow can catch.
func problemOf(err error) *interp.Problem {
	switch fault.CodeOf(err) {
	case fault.Invalid, fault.TooLarge:
		return problemf(interp.Validation, 400, "%v", err)
	case fault.Denied:
		return problemf(interp.Authorization, 403, "%v", err)
	case fault.NotFound:
		return problemf(interp.Configuration, 404, "%v", err)
	case fault.Unavailable:
		return problemf(interp.Runtime, 503, "%v", err)
	}
	return problemf(interp.Runtime, 500, "%v", err)
}

// missing is the problem of an effect that cannot be had here.
func missing(what string) *interp.Problem {
	return problemf(interp.Configuration, 501, "%s cannot be had here", what)
}
