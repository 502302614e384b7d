package apitest

import (
	"context"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// Glasses gives those that were broken.
func (f *Fake) Glasses(ctx context.Context) ([]model.Glass, error) {
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	return append([]model.Glass{}, f.glasses...), nil
}

// BreakGlass asks for an emergency way; the last one must have been reviewed.
func (f *Fake) BreakGlass(ctx context.Context, r model.GlassRequest) (model.Receipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.Receipt{}, err
	}
	defer f.mu.Unlock()
	switch {
	case (r.System == "") == (r.Service == ""):
		return model.Receipt{}, fault.New(fault.Invalid, "a glass is before a service in an environment, or before a system")
	case r.Criterion != "outage":
		return model.Receipt{}, fault.New(fault.Invalid, "%q is no criterion here", r.Criterion).WithHint("it may be: outage")
	case len(f.glasses) > 0:
		return model.Receipt{}, fault.New(fault.Refused, "the break-glass before is not reviewed yet").WithHint("slipway glass list")
	}
	f.glasses = append(f.glasses, model.Glass{ID: "tickets.prod.1", Service: r.Service, Environment: r.Environment, System: r.System, Status: "waiting",
		Criterion: r.Criterion, Reason: r.Reason, By: Actor(ctx).Name, RequestedAt: f.now, Used: []string{}})
	return f.note(Actor(ctx), "glass/tickets.prod", "glass.requested"), nil
}

// ConfirmGlass opens it.
func (f *Fake) ConfirmGlass(ctx context.Context, id string) (model.Receipt, error) {
	return f.onGlass(ctx, id, "waiting", "open")
}

// CloseGlass ends it.
func (f *Fake) CloseGlass(ctx context.Context, id string, _ model.GlassClose) (model.Receipt, error) {
	return f.onGlass(ctx, id, "open", "review")
}

func (f *Fake) onGlass(ctx context.Context, id, from, to string) (model.Receipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.Receipt{}, err
	}
	defer f.mu.Unlock()
	for i := range f.glasses {
		if g := &f.glasses[i]; g.ID == id && g.Status == from {
			g.Status = to
			return f.note(Actor(ctx), "glass/tickets.prod", "glass."+to), nil
		} else if g.ID == id {
			return model.Receipt{}, fault.New(fault.Refused, "%s is %s", id, g.Status)
		}
	}
	return model.Receipt{}, fault.New(fault.NotFound, "there is no break-glass %s", id).WithHint("slipway glass list")
}
