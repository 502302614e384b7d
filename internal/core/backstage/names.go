package backstage

import (
	"fmt"
	"slices"
	"strings"

	"slipway.dev/internal/core/manifest"
)

const maxName = 63

// valid makes a name of lower-case letters, digits and hyphens of any text.
func valid(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else if b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
			b.WriteByte('-')
		}
		if b.Len() == maxName {
			break
		}
	}
	name := strings.Trim(b.String(), "-")
	if name == "" || name[0] < 'a' {
		name = strings.Trim(cut("x-"+name, maxName), "-")
	}
	return name
}

func cut(s string, n int) string { return s[:min(len(s), n)] }

// roles are no names of teams: a gate that asks for one asks for the role.
var roles = []string{"viewer", "developer", "approver", "operator", "security", "admin"}

// family says which names must differ: those of teams, of people, and of components, which
// five kinds of Backstage become.
func family(kind string) string {
	switch kind {
	case "group", "user":
		return kind
	}
	return manifest.KindComponent
}

// nameAll gives each entity a name of its own. Components come first, then the other kinds
// as in imported, so that the most used name stays as it is.
func (i *importer) nameAll() {
	order := slices.Clone(i.entities)
	slices.SortStableFunc(order, func(a, b *entity) int {
		return slices.Index(imported, a.ref.kind) - slices.Index(imported, b.ref.kind)
	})
	taken := map[string]string{} // "family/name" -> whose it is
	for _, e := range order {
		e.name = i.free(e, taken)
		taken[family(e.ref.kind)+"/"+e.name] = e.id()
	}
}

func (i *importer) free(e *entity, taken map[string]string) string {
	original := e.ref.name
	if e.ref.namespace != "default" {
		original = e.ref.namespace + "-" + original
	}
	first := valid(original)
	name, why := first, ""
	if e.ref.kind == "group" && slices.Contains(roles, name) {
		name, why = name+"-team", fmt.Sprintf("%s is the name of a role", name)
	}
	free := func(s string) bool { return taken[family(e.ref.kind)+"/"+s] == "" }
	if !free(name) {
		why = fmt.Sprintf("%s has the name %s", taken[family(e.ref.kind)+"/"+name], name)
		name = strings.TrimRight(cut(name, maxName-1-len(e.ref.kind)), "-") + "-" + e.ref.kind
	}
	for n, base := 2, name; !free(name); n++ {
		name = fmt.Sprintf("%s-%d", strings.TrimRight(cut(base, maxName-7), "-"), n)
	}
	switch {
	case why != "":
		i.note(e, e.field("metadata", "name"), "metadata.name", "it is called %s, as %s", name, why)
	case name != e.text("metadata", "name"):
		i.note(e, e.field("metadata", "name"), "metadata.name", "it is called %s, as names here are of lower-case letters, digits and hyphens, and there are no namespaces", name)
	}
	return name
}
