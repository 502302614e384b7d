package edge

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

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
	keys      map[count.Key]bool // what its requests are counted by
	problem   string             // with flows and faults, for a person
	crowded   int                // steps for which there was no room to count them apart
}

// compiler has what outlives tables.
type compiler struct {
	defaults edgewire.Limits
	counters *count.Registry
	inFlight map[string]*atomic.Int64
	flows    *flows // of the last table
}

// compile makes a table of what came over the wire, with the upstreams that the one
// before has already. It changes nothing of that one.
func (c *compiler) compile(wire edgewire.Table, before *table) (*table, error) {
	if err := validate(wire); err != nil {
		return nil, err
	}
	t := &table{
		wire: wire, limits: limitsOver(wire.Limits, c.defaults),
		services: map[string]*service{}, upstreams: map[upstreamKey]*upstream{}, keys: map[count.Key]bool{},
	}
	c.flows = flowsOf(wire.Flows, c.flows)
	troubles, troubled := troublesOf(wire.Faults, time.Now())
	var errs []error
	for _, s := range wire.Services {
		compiled := c.service(t, s, before)
		compiled.trouble = troubles[compiled.key]
		t.services[compiled.key] = compiled
		for _, r := range s.Routes {
			if err := t.routes.Add(r.Host, r.Path, compiled); err != nil {
				errs = append(errs, fmt.Errorf("service %s in %s: %w", s.Name, s.Environment, err))
			}
		}
	}
	problems := []string{c.flows.problem, troubled}
	if t.crowded > 0 {
		problems = append(problems, fmt.Sprintf("%d steps of flows and releases are too many, and count as requests of no step", t.crowded))
	}
	t.problem = strings.Join(slices.DeleteFunc(problems, func(p string) bool { return p == "" }), "; ")
	return t, errors.Join(errs...)
}

func (c *compiler) service(t *table, s edgewire.Service, before *table) *service {
	out := &service{
		key: serviceKey(s.Environment, s.Name), sticky: stickyOf(s.Sticky), steps: c.flows.services[s.Name], apart: s.Apart,
	}
	out.salt = lot(out.key, "")
	out.none = c.group(t, count.Key{Service: s.Name, Environment: s.Environment}, out.steps)
	if c.inFlight[out.key] == nil {
		c.inFlight[out.key] = new(atomic.Int64)
	}
	out.inFlight = c.inFlight[out.key]
	for _, g := range s.Groups {
		compiled := c.group(t, count.Key{Service: s.Name, Environment: s.Environment, Release: g.Release, Deployment: g.Deployment}, out.steps)
		compiled.weight, compiled.match = g.Weight, matchOf(g.Match)
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
	divide(out.groups)
	return out
}

// group makes one without instances, with all that counts for it.
func (c *compiler) group(t *table, k count.Key, s *steps) *group {
	var list *count.Steps
	if s != nil {
		list = s.count
	}
	cells, left := c.counters.FlowCells(k, list)
	t.crowded += left
	t.keys[k] = true
	return &group{cell: c.counters.Cell(k), flows: cells}
}
