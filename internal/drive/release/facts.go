package release

import (
	"context"
	"strings"

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
	environments, err := r.taking(ctx, s)
	if err != nil {
		return nil, err
	}
	facts := release.Facts{}
	for _, env := range environments {
		to := release.Environment{Name: env.Name}
		digest, resolved, err := r.resolve(ctx, s.Spec, env)
		switch {
		case err == nil:
			to.Config, to.Rollout = digest, resolved.Rollout
		case fault.CodeOf(err) == fault.Internal:
			return nil, err
		default:
			to.Problem = err.Error()
		}
		facts.Environments = append(facts.Environments, to)
	}
	return machine.Must(facts), nil
}

// taking gives the environments that take a release by themselves: the one that it was made
// for, or all that come after no other.
func (r Resolver) taking(ctx context.Context, s release.State) ([]manifest.Resource, error) {
	if s.To == "" {
		return r.first(ctx)
	}
	env, err := r.current(ctx, manifest.KindEnvironment, s.To)
	return []manifest.Resource{env}, err
}
