package control

import (
	"context"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/calendar"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/release"
	"slipway.dev/internal/engine"
)

// Promote asks for a release to go on into an environment: at once if its gate is open, or
// when it opens.
func (c *Control) Promote(ctx context.Context, r model.PromoteRequest) (model.Receipt, error) {
	actor, err := c.may(ctx, access.Deploy, c.scope(ctx, r.Service, r.Environment))
	if err != nil {
		return model.Receipt{}, err
	}
	if len(r.Reason) > longestReason {
		return model.Receipt{}, fault.New(fault.TooLarge, "the reason is longer than %d bytes", longestReason)
	}
	if _, err := c.resource(ctx, "Environment", r.Environment); err != nil {
		return model.Receipt{}, err
	}
	rel, err := c.candidate(ctx, r.Service, r.Environment, r.Release)
	if err != nil {
		return model.Receipt{}, err
	}
	at, err := c.notBefore(ctx, r)
	if err != nil {
		return model.Receipt{}, err
	}
	request, err := c.requestOf(ctx, rel, r.Environment)
	if err != nil {
		return model.Receipt{}, err
	}
	request.Force, request.Expedite, request.Fix, request.NotBefore = r.Force, r.Expedite, r.Fix, at
	return c.enter(ctx, actor, request, r.Reason)
}

// longestReason is how long the reason of a promotion may be, in bytes.
const longestReason = 300

// notBefore is the moment that a promotion is asked for; zero: now.
func (c *Control) notBefore(ctx context.Context, r model.PromoteRequest) (time.Time, error) {
	now := c.Engine.Now()
	switch {
	case r.Window && !r.At.IsZero():
		return time.Time{}, fault.New(fault.Invalid, "a promotion is for a time or for the next window, not for both")
	case !r.At.IsZero() && r.At.Before(now):
		return time.Time{}, fault.New(fault.Invalid, "%s is past", r.At.Format(time.RFC3339)).WithHint("leave --at out to promote now")
	case !r.Window:
		return r.At.UTC(), nil
	}
	p, err := c.Doors.Policy(ctx, r.Environment)
	if err != nil {
		return time.Time{}, err
	}
	if len(p.Windows) == 0 {
		return time.Time{}, fault.New(fault.Refused, "%s has no windows: releases may come in at any time", r.Environment).
			WithHint("promote now, or say a time with --at; for a window at a quiet time: slipway gate window %s", r.Environment)
	}
	hours, err := calendar.Load(p.Windows)
	if err != nil {
		return time.Time{}, err
	}
	at, _, ok := calendar.NextWindow(hours, p.Freezes, now)
	if !ok {
		return time.Time{}, fault.New(fault.Refused, "no window of %s is in sight", r.Environment)
	}
	return at, nil
}

// requestOf looks up all that a lane must know of a release.
func (c *Control) requestOf(ctx context.Context, rel release.State, environment string) (deploy.Request, error) {
	digest, resolved, err := c.Resolve(ctx, rel.Spec, environment)
	if err != nil {
		return deploy.Request{}, err
	}
	return rel.Into(release.Environment{Name: environment, Config: digest, Rollout: resolved.Rollout}, deploy.ReasonManual), nil
}

// enter brings a request to its lane, with the plan of what it will do and why it was asked
// for.
func (c *Control) enter(ctx context.Context, actor machine.Actor, r deploy.Request, why string) (model.Receipt, error) {
	lane := deploy.MachineID(r.Service, r.Environment)
	before, _, err := engine.Load[deploy.State](ctx, c.Engine, lane)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return model.Receipt{}, err
	}
	if r.Plan, err = c.writePlan(ctx, r, why); err != nil {
		return model.Receipt{}, err
	}
	receipt, err := c.tell(ctx, actor, lane, deploy.EventRequested, r)
	if err == nil {
		receipt.Deployment = c.affected(ctx, lane, before)
	}
	return receipt, err
}

// RevokeRelease takes away a release's right to enter anywhere, or to be gone back to.
func (c *Control) RevokeRelease(ctx context.Context, service, id string, r model.RevokeRequest) (model.Receipt, error) {
	actor, err := c.may(ctx, access.Revoke, c.scope(ctx, service, ""))
	if err != nil {
		return model.Receipt{}, err
	}
	s, err := c.findRelease(ctx, service, id)
	if err != nil {
		return model.Receipt{}, err
	}
	return c.tell(ctx, actor, release.MachineID(s.Service, s.ID), release.EventRevoke, release.Reason{Text: r.Reason})
}
