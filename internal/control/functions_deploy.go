package control

import (
	"context"
	"encoding/json"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/engine"
)

// entered is what deploy, promote and rollback give.
type entered struct {
	Deployment string `json:"deployment"`
	Release    string `json:"release,omitempty"`
	Outcome    string `json:"outcome,omitempty"`
	Reason     string `json:"reason,omitempty"`
}

func (c *Control) callDeploy(ctx context.Context, _ interp.FunctionInput, with json.RawMessage) (any, error) {
	a, err := argument[struct {
		model.DeployRequest
		Wait *bool `json:"wait"`
	}](with)
	if err != nil {
		return nil, err
	}
	receipt, err := c.Deploy(ctx, a.DeployRequest)
	return c.waited(ctx, receipt, err, a.Wait)
}

func (c *Control) callPromote(ctx context.Context, _ interp.FunctionInput, with json.RawMessage) (any, error) {
	a, err := argument[struct {
		model.PromoteRequest
		Wait *bool `json:"wait"`
	}](with)
	if err != nil {
		return nil, err
	}
	receipt, err := c.Promote(ctx, a.PromoteRequest)
	return c.waited(ctx, receipt, err, a.Wait)
}

func (c *Control) callRollback(ctx context.Context, _ interp.FunctionInput, with json.RawMessage) (any, error) {
	a, err := argument[struct {
		model.RollbackRequest
		Wait *bool `json:"wait"`
	}](with)
	if err != nil {
		return nil, err
	}
	receipt, err := c.Rollback(ctx, a.RollbackRequest)
	return c.waited(ctx, receipt, err, a.Wait)
}

// waited gives how a deployment ended that was just asked for, or that it was.
func (c *Control) waited(ctx context.Context, receipt model.Receipt, err error, wait *bool) (any, error) {
	if err != nil {
		return nil, err
	}
	out := entered{Deployment: receipt.Deployment}
	if receipt.Deployment == "" || wait != nil && !*wait {
		return out, nil
	}
	d, err := c.until(ctx, receipt.Deployment)
	out.Release, out.Outcome, out.Reason = d.Release, d.Outcome, d.Reason
	return out, err
}

func (c *Control) callGate(ctx context.Context, _ interp.FunctionInput, with json.RawMessage) (any, error) {
	a, err := argument[struct {
		Service     string    `json:"service"`
		Environment string    `json:"environment"`
		Release     string    `json:"release"`
		At          time.Time `json:"at"`
	}](with)
	if err != nil {
		return nil, err
	}
	return c.Gate(ctx, model.GateQuery{Service: a.Service, Environment: a.Environment, Release: a.Release, At: a.At})
}

// callSmoke runs the smoke checks of what serves now.
func (c *Control) callSmoke(ctx context.Context, _ interp.FunctionInput, with json.RawMessage) (any, error) {
	a, err := argument[struct {
		Service     string `json:"service"`
		Environment string `json:"environment"`
	}](with)
	if err != nil {
		return nil, err
	}
	if _, err := c.may(ctx, access.Deploy, c.scope(ctx, a.Service, a.Environment)); err != nil {
		return nil, err
	}
	s, _, err := engine.Load[deploy.State](ctx, c.Engine, deploy.MachineID(a.Service, a.Environment))
	if err != nil {
		return nil, c.noLane(ctx, a.Service, a.Environment, err)
	}
	in, ok := s.Serving()
	if !ok {
		return nil, fault.New(fault.Refused, "no instance of %s in %s is healthy to be checked", a.Service, a.Environment)
	}
	if err := c.Smoke(ctx, in); err != nil {
		return nil, fault.New(fault.Refused, "the smoke checks of %s in %s fail", a.Service, a.Environment).Because(err)
	}
	return map[string]any{"deployment": in.Deployment, "instances": len(in.Instances), "passed": true}, nil
}
