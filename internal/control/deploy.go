package control

import (
	"context"
	"fmt"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/release"
	"slipway.dev/internal/engine"
)

// Rollback goes back to a release that was completed in the environment.
func (c *Control) Rollback(ctx context.Context, r model.RollbackRequest) (model.Receipt, error) {
	if _, err := c.may(ctx, access.Deploy, c.scope(ctx, r.Service, r.Environment)); err != nil { // before anything is told of releases
		return model.Receipt{}, err
	}
	if r.To != "" {
		s, err := c.findRelease(ctx, r.Service, r.To)
		if err != nil {
			return model.Receipt{}, err
		}
		r.To = s.ID
	}
	return c.command(ctx, r.Service, r.Environment, deploy.EventRollback,
		deploy.RollbackRequest{To: r.To, Force: r.Force, Reason: r.Reason})
}

// Abort stops the deployment under way and goes back to what ran before.
func (c *Control) Abort(ctx context.Context, r model.AbortRequest) (model.Receipt, error) {
	return c.command(ctx, r.Service, r.Environment, deploy.EventAbort, deploy.Abort{Deployment: r.Deployment, Reason: r.Reason})
}

// Settle decides on a deployment that is held.
func (c *Control) Settle(ctx context.Context, r model.SettleRequest) (model.Receipt, error) {
	return c.command(ctx, r.Service, r.Environment, deploy.EventSettled,
		deploy.Settle{Decision: r.Decision, Reason: r.Reason})
}

// command brings an event to a lane that is there, and names the deployment it is about.
func (c *Control) command(ctx context.Context, service, environment, event string, data any) (model.Receipt, error) {
	actor, err := c.may(ctx, access.Deploy, c.scope(ctx, service, environment))
	if err != nil {
		return model.Receipt{}, err
	}
	lane := deploy.MachineID(service, environment)
	before, _, err := engine.Load[deploy.State](ctx, c.Engine, lane)
	if err != nil {
		return model.Receipt{}, c.noLane(ctx, service, environment, err)
	}
	receipt, err := c.tell(ctx, actor, lane, event, data)
	if err == nil {
		receipt.Deployment = c.affected(ctx, lane, before)
	}
	return receipt, err
}

// affected names the deployment that a command to a lane made; if it made none, the one that
// it was about. It is empty if that cannot be found out: the command was taken all the same.
func (c *Control) affected(ctx context.Context, lane string, before deploy.State) string {
	now, _, err := engine.Load[deploy.State](ctx, c.Engine, lane)
	switch {
	case err == nil && now.Number > before.Number:
		return fmt.Sprintf("%s.%s.%d", now.Service, now.Environment, now.Number)
	case before.Active != nil:
		return before.Active.Deployment
	case len(before.Queue) > 0:
		return before.Queue[0].Deployment
	}
	return ""
}

// Deploy asks for a release to go into an environment. Of an image a release is made first;
// the receipt of that has no deployment yet.
func (c *Control) Deploy(ctx context.Context, r model.DeployRequest) (model.Receipt, error) {
	actor, err := c.may(ctx, access.Deploy, c.scope(ctx, r.Service, r.Environment))
	if err != nil {
		return model.Receipt{}, err
	}
	if r.Release != "" && r.Image != "" {
		return model.Receipt{}, fault.New(fault.Invalid, "a deployment is of a release or of an image, not of both")
	}
	if r.Image != "" {
		return c.importImage(ctx, actor, r.Service, r.Environment, r.Image)
	}
	rel, err := c.built(ctx, r.Service, r.Release)
	if err != nil {
		return model.Receipt{}, err
	}
	request, err := c.requestOf(ctx, rel, r.Environment)
	if err != nil {
		return model.Receipt{}, err
	}
	request.Force, request.Fix = r.Force, r.Fix
	return c.enter(ctx, actor, request, "")
}

// built finds a release that has an artifact: the one that is named, or the latest.
func (c *Control) built(ctx context.Context, service, name string) (release.State, error) {
	s, err := c.findRelease(ctx, service, name)
	if err == nil && s.Status != release.Built {
		err = fault.New(fault.Refused, "the release %s of %s is %s", s.ID, service, s.Status).WithHint("slipway release show %s %s", service, s.ID)
	}
	return s, err
}
