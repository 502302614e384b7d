package catalog

import (
	"slices"

	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/graph"
	"slipway.dev/internal/core/manifest"
)

// links are who names whom, read once.
type links struct {
	parts    map[string]*part    // of a service or component
	supports map[string][]string // of a flow: use cases that name it
	stages   map[string][]string // of a use case: processes that it is a stage of
	shared   map[run][]string    // of three steps in a row: flows that have them
	circles  []circle
	circular map[string]bool // flows and components, by ID, that are in one
}

// part is what a service or component has to do with flows.
type part struct {
	flows []string // that it takes part in
	held  float64  // strictest availability that one of them demands
}

func (l *links) part(service string) part {
	if p, ok := l.parts[service]; ok {
		return *p
	}
	return part{}
}

// circle is resources of one kind that can all be reached from one another.
type circle struct {
	kind  string
	names []string
	way   []string // from the first name back to it
}

func (c *Catalog) link() links {
	l := links{parts: map[string]*part{}, supports: map[string][]string{}, stages: map[string][]string{},
		shared: map[run][]string{}, circular: map[string]bool{}}
	for _, f := range c.flows.list {
		l.take(f)
		for _, run := range runs(f) {
			add(l.shared, run, f.Name)
		}
	}
	for _, u := range c.useCases.all() {
		for _, f := range u.Spec.Flows {
			add(l.supports, string(f), u.Name)
		}
	}
	for _, p := range c.processes.all() {
		for _, s := range p.Spec.Stages {
			add(l.stages, string(s.UseCase), p.Name)
		}
	}
	for _, g := range []struct {
		kind  string
		names []string
		next  func(string) []string
	}{
		{manifest.KindComponent, c.components.names, func(n string) []string { return text(c.components.by[n].Spec.DependsOn) }},
		{manifest.KindFlow, c.flows.names, func(n string) []string { return flowNeeds(c.flows.by[n]) }},
		{manifest.KindService, c.services.names, func(n string) []string { return text(c.services.by[n].Spec.Needs) }},
		{manifest.KindUseCase, c.useCases.names, func(n string) []string { return text(c.useCases.by[n].Spec.DependsOn) }},
	} {
		for _, names := range graph.Circles(g.names, g.next) {
			l.circles = append(l.circles, circle{g.kind, names, graph.Way(names[0], names, g.next)})
			for _, n := range names {
				l.circular[g.kind+"/"+n] = true
			}
		}
	}
	return l
}

// take puts in the services of a flow. Flows come in order.
func (l *links) take(f *flow.Flow) {
	demanded := available(f)
	for _, s := range f.Steps {
		if s.Service == "" {
			continue
		}
		p := l.parts[s.Service]
		if p == nil {
			p = &part{}
			l.parts[s.Service] = p
		}
		if n := len(p.flows); n == 0 || p.flows[n-1] != f.Name {
			p.flows = append(p.flows, f.Name)
		}
		p.held = max(p.held, demanded)
	}
}

// add puts a name into a list once. Names come in order, so that it can only be the last.
func add[K comparable](to map[K][]string, key K, name string) {
	list := to[key]
	if key != *new(K) && (len(list) == 0 || list[len(list)-1] != name) {
		to[key] = append(list, name)
	}
}

// available is a flow's target for its availability; 0: it has none.
func available(f *flow.Flow) float64 { return f.Spec.Targets.Reliability.Availability.Share() }

// flowNeeds are the flows that a flow names.
func flowNeeds(f *flow.Flow) []string {
	return slices.Concat(text(f.Spec.DependsOn), text(f.Spec.Fallback))
}

func text[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = string(n)
	}
	return out
}

// runLength is how many steps in a row make something that flows could share.
const runLength = 3

// run is so many requests in a row.
type run [runLength]struct{ service, request string }

// runs gives each row of requests of a flow's usual way.
func runs(f *flow.Flow) []run {
	var out []run
	for i := range len(f.Spec.Steps) - runLength + 1 {
		var r run
		for j, s := range f.Steps[i : i+runLength] {
			r[j].service, r[j].request = s.Service, s.Request
		}
		if r[0].request != "" && r[1].request != "" && r[2].request != "" {
			out = append(out, r)
		}
	}
	return out
}
