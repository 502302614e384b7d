package edge

import (
	"errors"
	"fmt"
	"sync/atomic"

	"slipway.dev/internal/edge/count"
	"slipway.dev/internal/edge/route"
	"slipway.dev/internal/wire/edgewire"
)

// table is a compiled edgewire.Table. It is never changed once it routes.
type table struct {
	wire      edgewire.Table
	limits    edgewire.Limits
	routes    route.Table[*service]
	services  map[string]*service
	upstreams map[upstreamKey]*upstream
}

// compiler has what outlives tables.
type compiler struct {
	defaults edgewire.Limits
	counters *count.Registry
	inFlight map[string]*atomic.Int64
}

// compile makes a table of what came over the wire, with the upstreams that the one
// before has already. It changes nothing of that one.
func (c *compiler) compile(wire edgewire.Table, before *table) (*table, error) {
	if err := validate(wire); err != nil {
		return nil, err
	}
	t := &table{
		wire: wire, limits: limitsOver(wire.Limits, c.defaults),
		services: map[string]*service{}, upstreams: map[upstreamKey]*upstream{},
	}
	var errs []error
	for _, s := range wire.Services {
		compiled := c.service(t, s, before)
		t.services[compiled.key] = compiled
		for _, r := range s.Routes {
			if err := t.routes.Add(r.Host, r.Path, compiled); err != nil {
				errs = append(errs, fmt.Errorf("service %s in %s: %w", s.Name, s.Environment, err))
			}
		}
	}
	return t, errors.Join(errs...)
}

func (c *compiler) service(t *table, s edgewire.Service, before *table) *service {
	out := &service{
		key:  serviceKey(s.Environment, s.Name),
		none: c.counters.Cell(count.Key{Service: s.Name, Environment: s.Environment}),
	}
	if c.inFlight[out.key] == nil {
		c.inFlight[out.key] = new(atomic.Int64)
	}
	out.inFlight = c.inFlight[out.key]
	for _, g := range s.Groups {
		compiled := &group{weight: g.Weight, cell: c.counters.Cell(count.Key{
			Service: s.Name, Environment: s.Environment, Release: g.Release, Deployment: g.Deployment,
		})}
		for _, in := range g.Instances {
			k := keyOf(s, g, in)
			u := before.upstreams[k]
			if u == nil {
				u = newUpstream(k)
			}
			t.upstreams[k] = u
			compiled.upstreams = append(compiled.upstreams, u)
		}
		out.groups = append(out.groups, compiled)
	}
	out.turns = turns(out.groups)
	return out
}
