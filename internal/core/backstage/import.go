package backstage

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// Import makes manifests of one catalog file, of one or more documents. A file that is no
// YAML is a fault.Invalid; what is only unknown is noted.
func Import(file string, data []byte) (Result, error) {
	return ImportAll([]File{{file, data}})
}

// ImportAll makes manifests of several files, whose entities may refer to one another.
func ImportAll(files []File) (Result, error) {
	i := &importer{byRef: map[ref]*entity{}, order: map[string]int{}}
	for n, f := range files {
		i.order[f.Name] = n
		if err := i.read(f); err != nil {
			return Result{}, err
		}
	}
	i.nameAll()
	i.turnRound()
	for _, e := range i.entities {
		i.leftOver(e)
		i.make(e)
	}
	i.cutCircles()
	return i.write()
}

type importer struct {
	entities []*entity
	byRef    map[ref]*entity
	made     []*made // in the order of the files

	order        map[string]int   // of the files
	dependencyOf map[ref][]saying // who says that it is a dependency of this
	memberOf     map[ref][]saying // who says that they are a member of this
	grouped      map[ref]bool     // users that are in a group
	notes        []Note
}

// note says what became of something; n is its place, or nil for the whole entity.
func (i *importer) note(e *entity, n *yaml.Node, field, format string, args ...any) {
	if n == nil {
		n = e.top
	}
	id := ""
	if e.ref.name != "" {
		id = e.id()
	}
	i.notes = append(i.notes, Note{At: e.at(n), Entity: plain(id), Field: plain(field), Text: plain(fmt.Sprintf(format, args...))})
}

// plain makes one line of any text, for a comment.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar || r == 0xfeff {
			return '?'
		}
		return r
	}, s)
}

// understood are the fields that are read, by kind; "" is for all.
var understood = map[string][]string{
	"":          {"apiVersion", "kind", "metadata.name", "metadata.namespace", "metadata.description", "metadata.labels", "metadata.links"},
	"component": {"spec.type", "spec.lifecycle", "spec.owner", "spec.system", "spec.domain", "spec.providesApis", "spec.consumesApis", "spec.dependsOn", "spec.dependencyOf"},
	"api":       {"spec.type", "spec.lifecycle", "spec.owner", "spec.system"},
	"resource":  {"spec.type", "spec.lifecycle", "spec.owner", "spec.system", "spec.dependsOn", "spec.dependencyOf"},
	"system":    {"spec.type", "spec.lifecycle", "spec.owner", "spec.domain"},
	"domain":    {"spec.type", "spec.lifecycle", "spec.owner", "spec.subdomainOf"},
	"group":     {"spec.members"},
	"user":      {"spec.memberOf", "spec.profile.displayName", "spec.profile.email"},
}

// reasons say why well-known fields are not taken over.
var reasons = map[string]string{
	"metadata.annotations":    "they are for plugins of Backstage",
	"metadata.tags":           "there are no tags here; labels have a name and a value",
	"metadata.title":          "what people read is the description",
	"relations":               "Backstage makes them of the other fields",
	"status":                  "Backstage makes it",
	"spec.definition":         "definitions of APIs stay where they are",
	"spec.parent":             "teams are not part of one another here",
	"spec.children":           "teams are not part of one another here",
	"spec.subcomponentOf":     "components here are part of systems and domains only",
	"spec.presence":           "where people sit is not kept",
	"spec.profile.picture":    "there are no pictures here",
	"spec.implicitlyProvides": "it is not read",
}

// leftOver notes each field that nothing is made of.
func (i *importer) leftOver(e *entity) {
	for _, top := range pairs(e.top) {
		if top.name != "metadata" && top.name != "spec" {
			i.unless(e, top.name, top.value)
			continue
		}
		for _, f := range pairs(top.value) {
			if e.ref.kind == "user" && f.name == "profile" {
				for _, p := range pairs(f.value) {
					i.unless(e, "spec.profile."+p.name, p.value)
				}
				continue
			}
			i.unless(e, top.name+"."+f.name, f.value)
		}
	}
}

func (i *importer) unless(e *entity, field string, n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && scalar(n) == "" || n.Kind != yaml.ScalarNode && len(n.Content) == 0 && n.Kind != yaml.AliasNode {
		return // it says nothing
	}
	if slices.Contains(understood[""], field) || slices.Contains(understood[e.ref.kind], field) {
		return
	}
	if field == "metadata.title" && e.text("metadata", "description") == "" && e.ref.kind != "group" && e.ref.kind != "user" {
		return // it is the description
	}
	reason := reasons[field]
	switch {
	case reason != "":
	case field == "spec.type":
		reason = "there is one type of team here"
	default:
		reason = "there is no such field here"
	}
	i.note(e, n, field, "not taken over: %s", reason)
}
