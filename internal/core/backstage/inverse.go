package backstage

import "go.yaml.in/yaml/v4"

// saying is where something is said.
type saying struct {
	by *entity
	at *yaml.Node
}

// turnRound collects what is said from the other side: in dependencyOf and memberOf, by whom
// it is said of, and which users are in a group at all.
func (i *importer) turnRound() {
	i.dependencyOf, i.memberOf, i.grouped = map[ref][]saying{}, map[ref][]saying{}, map[ref]bool{}
	for _, e := range i.entities {
		switch e.ref.kind {
		case "component", "resource":
			for _, n := range e.list("spec", "dependencyOf") {
				i.say(i.dependencyOf, e, n, "spec.dependencyOf", "component", "resource")
			}
		case "user":
			for _, n := range e.list("spec", "memberOf") {
				if i.say(i.memberOf, e, n, "spec.memberOf", "group") {
					i.grouped[e.ref] = true
				}
			}
		case "group":
			for _, n := range e.list("spec", "members") {
				if u, err := parseRef(scalar(n), "user", e.ref.namespace); err == nil {
					i.grouped[u] = true
				}
			}
		}
	}
}

func (i *importer) say(of map[ref][]saying, e *entity, n *yaml.Node, field string, kinds ...string) bool {
	r, ok := i.reference(e, n, field, kinds...)
	if ok && i.byRef[r] == nil {
		i.note(e, n, field, "not taken over: %s is not in these files", r)
		return false
	}
	if ok {
		of[r] = append(of[r], saying{e, n})
	}
	return ok
}
