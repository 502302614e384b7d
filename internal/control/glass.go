package control

import (
	"cmp"
	"context"
	"slices"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/glass"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/engine"
)

// BreakGlass asks for an emergency way: past a gate, or into a critical system. People are
// told at once, and somebody else must review it.
func (c *Control) BreakGlass(ctx context.Context, r model.GlassRequest) (model.Receipt, error) {
	target, policy, problem := c.target(ctx, r)
	actor, err := c.may(ctx, access.Glass, access.Scope{Team: target.Team, Environment: target.Environment})
	if err := cmp.Or(err, problem); err != nil { // before anything is told
		return model.Receipt{}, err
	}
	if policy == nil {
		return model.Receipt{}, fault.New(fault.Refused, "the glass of %s may not be broken: its manifest has no breakGlass", target.Name())
	}
	return c.tell(ctx, actor, glass.MachineID(target), glass.EventRequested, glass.Request{Target: target, Criterion: r.Criterion, Reason: r.Reason, Policy: *policy})
}

// target finds what a glass is before, and how it may be broken.
func (c *Control) target(ctx context.Context, r model.GlassRequest) (glass.Target, *gate.Glass, error) {
	switch {
	case r.System != "" && (r.Service != "" || r.Environment != ""), r.System == "" && (r.Service == "" || r.Environment == ""):
		return glass.Target{}, nil, fault.New(fault.Invalid, "a glass is before a service in an environment, or before a system")
	case r.System != "":
		return c.systemTarget(ctx, r.System)
	}
	s, err := c.resource(ctx, manifest.KindService, r.Service)
	if err != nil {
		return glass.Target{}, nil, err
	}
	policy, err := c.Doors.Policy(ctx, r.Environment)
	return glass.Target{Service: r.Service, Environment: r.Environment, Team: s.Team}, policy.Glass, err
}

func (c *Control) systemTarget(ctx context.Context, name string) (glass.Target, *gate.Glass, error) {
	r, err := c.manifest(ctx, manifest.KindSystem, name)
	if err != nil {
		return glass.Target{}, nil, err
	}
	spec, err := r.System()
	return glass.Target{System: name, Environment: string(spec.Environment), Team: r.Team}, config.GlassOf(spec.BreakGlass), err
}

// ConfirmGlass is the second person's consent.
func (c *Control) ConfirmGlass(ctx context.Context, id string) (model.Receipt, error) {
	return c.onGlass(ctx, id, glass.EventConfirmed, nil)
}

// CloseGlass ends it before its time.
func (c *Control) CloseGlass(ctx context.Context, id string, r model.GlassClose) (model.Receipt, error) {
	return c.onGlass(ctx, id, glass.EventClosed, glass.Close{Reason: r.Reason})
}

func (c *Control) onGlass(ctx context.Context, id, event string, data any) (model.Receipt, error) {
	s, _, missing := engine.Load[glass.State](ctx, c.Engine, glass.MachineOf(id))
	actor, err := c.may(ctx, access.Glass, access.Scope{Team: s.Team, Environment: s.Environment})
	switch {
	case err != nil:
		return model.Receipt{}, err
	case missing != nil || s.ID() != id:
		return model.Receipt{}, fault.New(fault.NotFound, "there is no break-glass %s", id).WithHint("slipway glass list")
	}
	return c.tell(ctx, actor, glass.MachineID(s.Target), event, data)
}

// Glasses lists the last break-glass of each target: those that wait, are open or must be
// reviewed first.
func (c *Control) Glasses(ctx context.Context) ([]model.Glass, error) {
	sight, err := c.sees(ctx)
	if err != nil {
		return nil, err
	}
	all, err := engine.All[glass.State](ctx, c.Engine, "glass/")
	if err != nil {
		return nil, err
	}
	list := []model.Glass{}
	for _, s := range all {
		if sight.of(s.Team, s.Environment) {
			list = append(list, glassOf(s))
		}
	}
	slices.SortStableFunc(list, func(a, b model.Glass) int {
		if over(a) != over(b) {
			if over(a) {
				return 1
			}
			return -1
		}
		return b.RequestedAt.Compare(a.RequestedAt)
	})
	return list, nil
}

func over(g model.Glass) bool {
	return g.Status == string(glass.Reviewed) || g.Status == string(glass.Withdrawn)
}

func glassOf(s glass.State) model.Glass {
	g := model.Glass{
		ID: s.ID(), Service: s.Service, Environment: s.Environment, System: s.System, Status: string(s.Status), Criterion: s.Criterion,
		Reason: s.Reason, By: s.By, Confirmed: s.Confirmed, RequestedAt: s.RequestedAt, Until: s.Until, Used: []string{}, Task: s.Task,
		ReviewBy: s.ReviewBy, Overdue: s.Overdue, Reviewer: s.Reviewer, Finding: s.Finding, Ended: s.Ended,
	}
	for _, u := range s.Used {
		g.Used = append(g.Used, u.Deployment)
	}
	return g
}
