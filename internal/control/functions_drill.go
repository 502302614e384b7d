package control

import (
	"context"
	"encoding/json"
	"time"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/core/workflow/jq"
	"slipway.dev/internal/drive/chaos"
	"slipway.dev/internal/drive/load"
)

// callFault makes something go wrong in a service, where its environment allows it.
func (c *Control) callFault(ctx context.Context, _ interp.FunctionInput, with json.RawMessage) (any, error) {
	a, err := argument[struct {
		Service     string          `json:"service"`
		Environment string          `json:"environment"`
		Kind        string          `json:"kind"`
		Percent     float64         `json:"percent"`
		Delay       json.RawMessage `json:"delay"`
		Status      int             `json:"status"`
		For         json.RawMessage `json:"for"`
	}](with)
	if err != nil {
		return nil, err
	}
	who, err := c.may(ctx, access.Deploy, c.scope(ctx, a.Service, a.Environment))
	if err != nil {
		return nil, err
	}
	r := chaos.Request{Service: a.Service, Environment: a.Environment, Kind: a.Kind, Percent: a.Percent, Status: a.Status}
	if r.Delay, err = lasting("delay", a.Delay); err != nil {
		return nil, err
	}
	if r.For, err = lasting("for", a.For); err != nil {
		return nil, err
	}
	return c.Fault(ctx, who, r, keyOf(ctx))
}

// callLoad runs a load test of a service, where its environment allows it.
func (c *Control) callLoad(ctx context.Context, _ interp.FunctionInput, with json.RawMessage) (any, error) {
	a, err := argument[struct {
		Service      string            `json:"service"`
		Environment  string            `json:"environment"`
		Path         string            `json:"path"`
		Method       string            `json:"method"`
		Headers      map[string]string `json:"headers"`
		Body         any               `json:"body"`
		Rate         float64           `json:"rate"`
		Duration     json.RawMessage   `json:"duration"`
		MaxErrorRate *float64          `json:"maxErrorRate"`
		P99          json.RawMessage   `json:"p99"`
	}](with)
	if err != nil {
		return nil, err
	}
	who, err := c.may(ctx, access.Deploy, c.scope(ctx, a.Service, a.Environment))
	if err != nil {
		return nil, err
	}
	r := load.Request{Service: a.Service, Environment: a.Environment, Path: a.Path, Method: a.Method, Headers: a.Headers, Rate: a.Rate, MaxErrorRate: mayFail}
	if a.MaxErrorRate != nil {
		r.MaxErrorRate = *a.MaxErrorRate
	}
	if r.Duration, err = lasting("duration", a.Duration); err != nil {
		return nil, err
	}
	if r.P99, err = lasting("p99", a.P99); err != nil {
		return nil, err
	}
	switch b := a.Body.(type) {
	case nil:
	case string:
		r.Body = []byte(b)
	default:
		if r.Body, err = json.Marshal(b); err != nil {
			return nil, fault.New(fault.Invalid, "the body cannot be written as JSON").Because(err)
		}
	}
	return c.Load(ctx, who, r, keyOf(ctx))
}

// mayFail is the share of a load test's requests that may fail unless it says.
const mayFail = 0.01

// lasting reads a time that an argument says; none is 0.
func lasting(name string, raw json.RawMessage) (time.Duration, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return 0, nil
	}
	v, err := jq.Decode(raw)
	if err != nil {
		return 0, err
	}
	d, err := workflow.DurationOf(v)
	if err != nil {
		return 0, fault.New(fault.Invalid, "%s is no time", name).Because(err).WithHint("for example PT30S, or {seconds: 30}")
	}
	return d, nil
}
