package catalog

import (
	"fmt"
	"slices"
	"strings"

	"slipway.dev/internal/core/manifest"
)

// inCircles tells each circle to the first that is in it.
func (c *Catalog) inCircles() []Finding {
	verbs := map[string]string{manifest.KindFlow: "depends on or falls back on", manifest.KindUseCase: "depends on",
		manifest.KindService: "needs", manifest.KindComponent: "depends on"}
	var out []Finding
	for _, ring := range c.circles {
		first, verb := ring.names[0], verbs[ring.kind]
		text := fmt.Sprintf("%s %s %s", first, verb, strings.Join(shorten(ring.way), " "+verb+" "))
		if more := len(ring.names) - len(ring.way); more > 0 {
			text += fmt.Sprintf("; %d more are in the circle", more)
		}
		out = append(out, Finding{Code: Circle, Severity: Error, Kind: ring.kind, Name: first, Text: text, Looked: "what each of them names",
			Hint: "take out one of these dependencies: none of them can work before all the others do", At: c.where(ring.kind, first, "spec")})
	}
	return out
}

// shorten keeps the beginning and the end of a long way.
func shorten(way []string) []string {
	if len(way) <= 8 {
		return way
	}
	return append(append(append([]string(nil), way[:5]...), "…"), way[len(way)-2:]...)
}

func (c *Catalog) ofServices() []Finding {
	var out []Finding
	for _, s := range c.services.all() {
		if len(c.part(s.Name).flows) == 0 && s.Spec.Workflow == nil { // a workflow serves no step
			out = append(out, Finding{Code: NoFlow, Severity: Warning, Kind: manifest.KindService, Name: s.Name,
				Text: "it is in no flow, so that nothing says what depends on it, and no canary of it is judged by a flow", Looked: "the steps of all flows",
				Hint: "name it in a step of the flow that it serves", At: c.where(manifest.KindService, s.Name)})
		}
	}
	return out
}

func (c *Catalog) ofUseCases() []Finding {
	var out []Finding
	for _, u := range c.useCases.all() {
		say := func(f Finding, path ...string) {
			f.Kind, f.Name, f.At = manifest.KindUseCase, u.Name, c.where(manifest.KindUseCase, u.Name, path...)
			out = append(out, f)
		}
		if len(u.Spec.Flows) == 0 {
			say(Finding{Code: NoFlow, Severity: Warning, Text: "no flow supports it", Looked: "its flows", Hint: "name the flows that carry it out in flows"}, "spec")
		}
		for i, name := range u.Spec.Flows {
			if !c.flows.has(string(name)) {
				say(absent(manifest.KindFlow, name), "spec", "flows", index(i))
			}
		}
		for i, name := range u.Spec.DependsOn {
			if !c.useCases.has(string(name)) {
				say(absent(manifest.KindUseCase, name), "spec", "dependsOn", index(i))
			}
		}
		if len(c.stages[u.Name]) == 0 {
			say(Finding{Code: Alone, Severity: Info, Text: "it is a stage of no business process", Looked: "the stages of all business processes",
				Hint: "make it a stage of the process that it belongs to"}, "metadata", "name")
		}
	}
	return out
}

func (c *Catalog) ofProcesses() []Finding {
	var out []Finding
	for _, p := range c.processes.all() {
		for i, s := range p.Spec.Stages {
			if !c.useCases.has(string(s.UseCase)) {
				f := absent(manifest.KindUseCase, s.UseCase)
				f.Kind, f.Name, f.At = manifest.KindProcess, p.Name, c.where(manifest.KindProcess, p.Name, "spec", "stages", index(i), "useCase")
				out = append(out, f)
			}
		}
	}
	return out
}

func (c *Catalog) ofComponents() []Finding {
	var out []Finding
	for _, m := range c.components.all() {
		for _, list := range []struct {
			field string
			names []manifest.Name
			types []string
		}{
			{"partOf", m.Spec.PartOf, []string{"system", "domain"}}, {"dependsOn", m.Spec.DependsOn, nil},
			{"provides", m.Spec.Provides, []string{"api"}}, {"consumes", m.Spec.Consumes, []string{"api"}},
		} {
			for i, name := range list.names {
				if f, wrong := c.ofReference(list.field, name, list.types); wrong {
					f.Kind, f.Name, f.At = manifest.KindComponent, m.Name, c.where(manifest.KindComponent, m.Name, "spec", list.field, index(i))
					out = append(out, f)
				}
			}
		}
	}
	return out
}

func (c *Catalog) ofReference(field string, name manifest.Name, types []string) (Finding, bool) {
	m, ok := c.components.by[string(name)]
	switch {
	case !ok && types == nil && c.services.has(string(name)):
	case !ok:
		return absent(manifest.KindComponent, name), true
	case types != nil && !slices.Contains(types, m.Spec.Type):
		return Finding{Code: WrongComponent, Severity: Warning, Looked: "its type", Text: fmt.Sprintf("%s names %s, which is of type %s and not %s", field, name, m.Spec.Type, strings.Join(types, " or ")),
			Hint: "name another component, or change its type"}, true
	}
	return Finding{}, false
}

func absent(kind string, name manifest.Name) Finding {
	return Finding{Code: Missing, Severity: Error, Text: fmt.Sprintf("it names the %s %s, which is declared nowhere", kind, name),
		Looked: "all that is declared", Hint: "declare it, or take the name out"}
}

func index(i int) string { return fmt.Sprintf("[%d]", i) }
