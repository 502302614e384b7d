package backstage

import (
	"slices"

	"slipway.dev/internal/core/graph"
)

// cutCircles takes out references by which components would need, or be part of, themselves.
// Backstage does not mind; here nothing would ever be there first.
func (i *importer) cutCircles() {
	i.cutAll("spec.dependsOn", func(s *componentSpec) *[]string { return &s.DependsOn })
	i.cutAll("spec.partOf", func(s *componentSpec) *[]string { return &s.PartOf })
}

func (i *importer) cutAll(field string, list func(*componentSpec) *[]string) {
	by := map[string]*made{}
	var names []string
	for _, m := range i.made {
		if _, ok := m.Spec.(*componentSpec); ok {
			by[m.Metadata.Name] = m
			names = append(names, m.Metadata.Name)
		}
	}
	next := func(name string) []string { return *list(by[name].Spec.(*componentSpec)) }
	for _, e := range graph.Closing(names, next) {
		m := by[e.From]
		to := list(m.Spec.(*componentSpec))
		*to = slices.DeleteFunc(slices.Clone(*to), func(n string) bool { return n == e.To })
		i.note(m.of, m.of.field("spec"), field, "that it names %s was not taken over: %s leads back to it", e.To, e.To)
	}
}
