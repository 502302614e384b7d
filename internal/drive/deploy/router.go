package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/wire/edgewire"
)

// Router keeps the edge's table to what the lanes desire. The table goes to the edge whole,
// so that a request sees either all of a change or nothing.
type Router struct {
	Deps
	generation int64
	told       map[string]int64           // lane -> revision that it was told of
	configs    map[string]config.Resolved // by digest; only those in use
}

// NewRouter makes a router.
func NewRouter(d Deps) *Router {
	return &Router{Deps: d, told: map[string]int64{}, configs: map[string]config.Resolved{}}
}

// Reconcile applies the whole set of routes, and tells each lane whose revision is new that
// it is in force. The engine makes one call at a time.
func (r *Router) Reconcile(ctx context.Context, all []engine.Desired) error {
	table := edgewire.Table{Epoch: r.Epoch()}
	applied := map[string]int64{}
	used := map[string]config.Resolved{}
	for _, d := range all {
		var spec deploy.RouteSpec
		if err := json.Unmarshal(d.Spec, &spec); err != nil {
			return fmt.Errorf("desired route of %s: %w", d.Machine, err)
		}
		resolved, err := r.config(ctx, spec.Config)
		if err != nil {
			return fmt.Errorf("route of %s: %w", d.Machine, err)
		}
		used[spec.Config] = resolved
		table.Services = append(table.Services, serviceOf(spec, resolved))
		applied[d.Machine] = spec.Revision
	}
	r.configs = used
	r.generation++
	table.Generation = r.generation
	if err := r.Edge.Apply(ctx, table); err != nil {
		return fmt.Errorf("give the edge its table: %w", err)
	}
	var failed error
	for lane, revision := range applied {
		if r.told[lane] == revision {
			continue
		}
		if err := r.submit(ctx, lane, deploy.EventRouted, deploy.Routed{Revision: revision}); err != nil {
			failed = errors.Join(failed, err) // called again soon, and then it is told
			continue
		}
		r.told[lane] = revision
	}
	return failed
}

func (r *Router) config(ctx context.Context, digest string) (config.Resolved, error) {
	if c, ok := r.configs[digest]; ok {
		return c, nil
	}
	return loadConfig(ctx, r.Blobs, digest)
}

func serviceOf(spec deploy.RouteSpec, c config.Resolved) edgewire.Service {
	s := edgewire.Service{Name: spec.Service, Environment: spec.Environment, IdleTimeout: c.IdleTimeout, Timeout: c.Timeout}
	for _, route := range spec.Routes {
		s.Routes = append(s.Routes, edgewire.Route(route))
	}
	for _, g := range spec.Groups {
		group := edgewire.Group{Release: g.Release, Deployment: g.Deployment, Weight: g.Weight}
		for _, in := range g.Instances {
			group.Instances = append(group.Instances, edgewire.Instance(in))
		}
		s.Groups = append(s.Groups, group)
	}
	return s
}
