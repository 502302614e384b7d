package gate

import (
	"context"
	"log/slog"
	"strings"
	"sync"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/release"
	"slipway.dev/internal/engine"
)

// Promoter has releases ask at the next door by themselves, where the environment says
// auto: true. It compares what runs before a door with what is behind it, so that nothing is
// lost when the control plane was down when a deployment was completed.
type Promoter struct {
	Book *Book
	Log  *slog.Logger
}

// Run compares all once, and then each service whose deployment has ended, until ctx ends.
func (p Promoter) Run(ctx context.Context) {
	var asking sync.WaitGroup
	defer asking.Wait()
	room := make(chan struct{}, together)
	p.Book.Engine.Follow(ctx, "nothing is promoted by itself", func() { p.all(ctx) }, func(id string) {
		switch {
		case machine.Kind(id) == "deployment":
			room <- struct{}{}
			asking.Go(func() {
				p.ended(ctx, id)
				<-room
			})
		case strings.HasPrefix(id, config.ResourceID(manifest.KindEnvironment, "")):
			p.all(ctx)
		}
	})
}

// ended looks at a service whose deployment has ended.
func (p Promoter) ended(ctx context.Context, record string) {
	s, _, err := engine.Load[deploy.Ended](ctx, p.Book.Engine, record)
	if err == nil && s.Outcome == deploy.Completed {
		p.from(ctx, s.Service, s.Environment)
	}
}

// all looks at all services in all environments.
func (p Promoter) all(ctx context.Context) {
	rows, err := p.Book.Engine.List(ctx, "deploy/")
	if err != nil {
		p.Log.Warn("lanes cannot be listed", "err", err)
		return
	}
	for _, row := range rows {
		service, environment := laneOf(row.ID)
		p.from(ctx, service, environment)
	}
}

// from has what runs in an environment ask at the doors after it.
func (p Promoter) from(ctx context.Context, service, environment string) {
	policies, err := p.Book.Policies(ctx)
	if err != nil {
		p.Log.Warn("the policies cannot be read", "err", err)
		return
	}
	for name, policy := range policies {
		if policy.Auto && policy.After == environment {
			if err := p.promote(ctx, service, environment, name); err != nil && ctx.Err() == nil {
				p.Log.Warn("a release is not promoted", "service", service, "environment", name, "err", err)
			}
		}
	}
}

// promote has the release that runs in one environment ask in another, unless something as
// new runs, waits or was refused there.
func (p Promoter) promote(ctx context.Context, service, before, environment string) error {
	b := p.Book
	lane, _, err := engine.Load[deploy.State](ctx, b.Engine, deploy.MachineID(service, before))
	if err != nil || lane.Current == nil {
		return notThere(err)
	}
	next, _, err := engine.Load[deploy.State](ctx, b.Engine, deploy.MachineID(service, environment))
	if notThere(err) != nil {
		return err
	}
	if next.Seen(lane.Current.Release, lane.Current.Order) {
		return nil
	}
	s, _, err := engine.Load[release.State](ctx, b.Engine, release.MachineID(service, lane.Current.Release))
	if err != nil || s.Revoked != "" {
		return err
	}
	digest, c, err := b.Resolve(ctx, s.Spec, environment)
	if err != nil {
		return err
	}
	_, err = b.Engine.Submit(ctx, engine.To{Machine: deploy.MachineID(service, environment), Event: machine.Event{
		Type: deploy.EventRequested, Actor: machine.System("promoter"),
		Data: machine.Must(s.Into(release.Environment{Name: environment, Config: digest, Rollout: c.Rollout}, deploy.ReasonAuto)),
	}})
	if fault.Is(err, fault.Refused) { // it runs, waits or was rolled back there already
		return nil
	}
	return err
}

func notThere(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}
