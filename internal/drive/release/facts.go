package release

import (
	"context"
	"strings"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/release"
	"slipway.dev/internal/engine"
)

// Facts tells a release that has its artifact which environments take it by themselves, and
// with which configuration. Other events need to know nothing.
func (r Resolver) Facts(ctx context.Context, _ engine.Reader, e machine.Event) (machine.Value, error) {
	if !strings.HasSuffix(e.Type, ".done") && e.Type != release.EventRetry {
		return nil, nil
	}
	s, _, err := engine.Load[release.State](ctx, r.Engine, engine.Subject(ctx))
	if err != nil {
		return nil, err
	}
	if s.To != "" { // made for one environment
		env, err := r.current(ctx, manifest.KindEnvironment, s.To)
		to, err := r.environment(ctx, s, s.To, env, err)
		return machine.Must(release.Facts{Environments: []release.Environment{to}}), err
	}
	first, err := r.first(ctx)
	if err != nil {
		return nil, err
	}
	facts := release.Facts{}
	for _, env := range first {
		to, err := r.environment(ctx, s, env.Name, env, nil)
		if err != nil {
			return nil, err
		}
		facts.Environments = append(facts.Environments, to)
	}
	return machine.Must(facts), nil
}

// environment resolves the configuration for one. What stands in the way is told to the
// release, which keeps it for people to see.
func (r Resolver) environment(ctx context.Context, s release.State, name string, env manifest.Resource, err error) (release.Environment, error) {
	to := release.Environment{Name: name}
	if err == nil {
		var resolved config.Resolved
		to.Config, resolved, err = r.resolve(ctx, s.Spec, env)
		to.Rollout = resolved.Rollout
	}
	if err == nil {
		return to, nil
	}
	if fault.CodeOf(err) == fault.Internal {
		return to, err
	}
	return release.Environment{Name: name, Problem: err.Error()}, nil
}
