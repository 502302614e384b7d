package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/wire/edgewire"
)

// Router keeps the edge's table to what the lanes desire. The table goes to the edge whole,
// so that a request sees either all of a change or nothing.
type Router struct {
	Deps
	mu         sync.Mutex // of all below
	generation int64
	told       map[string]int64            // lane -> revision that it was told of
	configs    map[string]config.Resolved  // by digest; only those in use
	serving    map[string]edgewire.Service // lane -> what the edge has of it; nil: not asked yet
	flows      []edgewire.Flow             // that the edge has
	faults     []edgewire.Trouble          // likewise
}

// NewRouter makes a router.
func NewRouter(d Deps) *Router {
	return &Router{Deps: d, told: map[string]int64{}, configs: map[string]config.Resolved{}}
}

// wish is what one lane desires.
type wish struct {
	lane     string
	revision int64
	service  edgewire.Service
}

// Nudge has the edge know the flows and faults as they are now. It is to be called when they
// changed.
func (r *Router) Nudge(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.ask(ctx); err != nil {
		return err
	}
	return r.apply(ctx, r.serving)
}

// Reconcile applies the whole set of routes, and tells each lane whose revision is new that
// it is in force. A lane whose route cannot be had holds up no other: it keeps what it had,
// is not told, and goes back by itself.
func (r *Router) Reconcile(ctx context.Context, all []engine.Desired) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.ask(ctx); err != nil {
		return err
	}
	wishes, failed := r.read(ctx, all)
	next := map[string]edgewire.Service{}
	for _, d := range all {
		if had, ok := r.serving[d.Machine]; ok {
			next[d.Machine] = had // until it is known that the edge takes the new one
		}
	}
	whole := maps.Clone(next)
	for _, w := range wishes {
		whole[w.lane] = w.service
	}
	err := r.apply(ctx, whole)
	if !refused(err) {
		if err != nil {
			return errors.Join(failed, err)
		}
		return errors.Join(failed, r.tell(ctx, wishes))
	}
	for _, w := range wishes {
		one := maps.Clone(next)
		one[w.lane] = w.service
		switch err := r.apply(ctx, one); {
		case err == nil:
			next = one
			failed = errors.Join(failed, r.tell(ctx, []wish{w}))
		case refused(err):
			failed = errors.Join(failed, fmt.Errorf("the route of %s: %w", w.lane, err))
		default:
			return errors.Join(failed, err)
		}
	}
	return failed
}

// ask finds out, once, what the edge has from a control plane before this one.
func (r *Router) ask(ctx context.Context) error {
	if r.serving != nil {
		return nil
	}
	table, err := r.Edge.Table(ctx)
	if err != nil {
		return fmt.Errorf("ask the edge for its table: %w", err)
	}
	r.serving, r.flows, r.faults = map[string]edgewire.Service{}, table.Flows, table.Faults
	for _, s := range table.Services {
		r.serving[deploy.MachineID(s.Name, s.Environment)] = s
	}
	return nil
}

// refused says whether the edge understood a table and does not take it.
func refused(err error) bool { return fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooLarge) }

// read gives what can be read of the lanes' wishes.
func (r *Router) read(ctx context.Context, all []engine.Desired) (wishes []wish, failed error) {
	used := map[string]config.Resolved{}
	for _, d := range all {
		var spec deploy.RouteSpec
		err := json.Unmarshal(d.Spec, &spec)
		if err == nil {
			used[spec.Config], err = r.config(ctx, spec.Config)
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("the route of %s: %w", d.Machine, err))
			continue
		}
		wishes = append(wishes, wish{d.Machine, spec.Revision, serviceOf(spec, used[spec.Config])})
	}
	r.configs = used
	return wishes, failed
}

// apply gives the edge a table, with the flows as they are now. Flows that cannot be had, or
// that the edge does not take, hold up no route: it keeps those that it has.
func (r *Router) apply(ctx context.Context, services map[string]edgewire.Service) error {
	if r.Flows == nil {
		return r.give(ctx, services, r.flows)
	}
	flows, err := r.Flows(ctx)
	if err == nil {
		if err = r.give(ctx, services, flows); !refused(err) {
			return err
		}
	}
	old := r.give(ctx, services, r.flows)
	if old == nil {
		r.Log.Warn("the edge does not know the flows as they are now; it goes on with those that it has", "err", err)
	}
	return old
}

// give gives the edge a table, in the order of the lanes.
func (r *Router) give(ctx context.Context, services map[string]edgewire.Service, flows []edgewire.Flow) error {
	r.generation++
	if r.Faults != nil {
		if faults, known := r.Faults(); known {
			r.faults = faults
		}
	}
	table := edgewire.Table{Epoch: r.Epoch(), Generation: r.generation, Flows: flows, Faults: r.faults}
	for _, lane := range slices.Sorted(maps.Keys(services)) {
		table.Services = append(table.Services, services[lane])
	}
	if err := r.Edge.Apply(ctx, table); err != nil {
		return fmt.Errorf("give the edge its table: %w", err)
	}
	r.serving, r.flows = services, flows
	return nil
}

// tell tells lanes that what they wished is in force, unless they know.
func (r *Router) tell(ctx context.Context, wishes []wish) (failed error) {
	for _, w := range wishes {
		if r.told[w.lane] == w.revision {
			continue
		}
		if err := r.submit(ctx, w.lane, deploy.EventRouted, deploy.Routed{Revision: w.revision}); err != nil {
			failed = errors.Join(failed, err) // called again soon, and then it is told
			continue
		}
		r.told[w.lane] = w.revision
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
	s := edgewire.Service{Name: spec.Service, Environment: spec.Environment, IdleTimeout: c.IdleTimeout, Timeout: c.Timeout, Apart: spec.Apart, Sticky: stickyOf(spec.Sticky)}
	for _, route := range spec.Routes {
		s.Routes = append(s.Routes, edgewire.Route(route))
	}
	for _, g := range spec.Groups {
		group := edgewire.Group{Release: g.Release, Deployment: g.Deployment, Weight: g.Weight}
		if g.Match != nil {
			group.Match = &edgewire.Match{Header: g.Match.Header, Value: g.Match.Value}
		}
		for _, in := range g.Instances {
			group.Instances = append(group.Instances, edgewire.Instance(in))
		}
		s.Groups = append(s.Groups, group)
	}
	return s
}

// StickyCookie is the cookie by which users are told apart where a manifest asks for one. It
// is the same for all services, so that a user has one identity.
const StickyCookie = "slipway_user"

func stickyOf(s *config.Sticky) *edgewire.Sticky {
	switch {
	case s == nil:
		return nil
	case s.Cookie:
		return &edgewire.Sticky{Cookie: StickyCookie}
	default:
		return &edgewire.Sticky{Header: s.Header}
	}
}
