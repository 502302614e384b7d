package manifest

import (
	"slices"
	"strings"

	"slipway.dev/internal/core/graph"
)

// circles is how resources of a kind may wait for one another.
type circles struct {
	kind, what, verb string
	field            string // of the spec, at which it is told
	next             func(Resource) []Name
}

var waiting = []circles{
	{KindEnvironment, "environments wait for one another", " after ", "after", func(r Resource) []Name {
		if e, err := r.Environment(); err == nil && e.After != "" {
			return []Name{e.After}
		}
		return nil
	}},
	{KindService, "services need one another", " needs ", "needs", func(r Resource) []Name { s, _ := r.Service(); return s.Needs }},
	{KindFlow, "flows depend on one another", " on ", "dependsOn", func(r Resource) []Name {
		f, _ := r.FlowSpec()
		return slices.Concat(f.DependsOn, f.Fallback)
	}},
	{KindUseCase, "use cases depend on one another", " on ", "dependsOn", func(r Resource) []Name { u, _ := r.UseCase(); return u.DependsOn }},
	{KindComponent, "components depend on one another", " on ", "dependsOn", func(r Resource) []Name { m, _ := r.Component(); return m.DependsOn }},
	{KindComponent, "components are part of one another", " of ", "partOf", func(r Resource) []Name { m, _ := r.Component(); return m.PartOf }},
}

// cycles finds resources that wait for one another. A way is told to each of ours that is on
// it.
func (c *catalog) cycles() {
	for _, w := range waiting {
		to := map[string][]string{}
		for _, r := range c.all(w.kind) {
			if next := w.next(*r); len(next) > 0 {
				to[r.Name] = words(next)
			}
		}
		next := func(name string) []string { return to[name] }
		for _, circle := range graph.Circles(c.names(w.kind), next) {
			c.tell(w, circle, next)
		}
	}
}

// tell says to each of ours in a circle which way leads back to it.
func (c *catalog) tell(w circles, circle []string, next func(string) []string) {
	told := 0
	for _, name := range circle {
		r := c.byID[w.kind+"/"+name]
		if !c.own[r.ID()] || told == maxProblems {
			continue
		}
		told++
		way := append([]string{name}, graph.Way(name, circle, next)...)
		c.at(*r, "spec", w.field).say("%s: %s", w.what, strings.Join(way, w.verb))
	}
}
