package backstage

import (
	"net/url"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"slipway.dev/internal/core/manifest"
)

// Bounds of a component's lists, as of manifest.Component.
const (
	maxPartOf = 20
	maxNeeds  = 100
)

type componentSpec struct {
	Type        string   `yaml:"type"`
	Description string   `yaml:"description,omitempty"`
	PartOf      []string `yaml:"partOf,omitempty"`
	DependsOn   []string `yaml:"dependsOn,omitempty"`
	Provides    []string `yaml:"provides,omitempty"`
	Consumes    []string `yaml:"consumes,omitempty"`
	Link        string   `yaml:"link,omitempty"`
}

// component makes a Component of what is no group and no user.
func (i *importer) component(e *entity) {
	spec := &componentSpec{Type: i.componentType(e), Description: i.description(e), Link: i.link(e)}
	m := i.put(e, manifest.KindComponent, spec)
	m.Metadata.Team = i.owner(e)
	m.Metadata.Labels = i.labels(e)
	whole := e.ref.kind == "system" || e.ref.kind == "domain"
	switch {
	case !whole:
		i.edges(e, &spec.PartOf, maxPartOf, "system", "system")
		i.edges(e, &spec.PartOf, maxPartOf, "domain", "domain")
		i.edges(e, &spec.DependsOn, maxNeeds, "dependsOn", "component", "resource", "api", "system")
		i.dependents(e, spec)
	case e.ref.kind == "system":
		i.edges(e, &spec.PartOf, maxPartOf, "domain", "domain")
	default:
		i.edges(e, &spec.PartOf, maxPartOf, "subdomainOf", "domain")
	}
	if e.ref.kind == "component" {
		i.edges(e, &spec.Provides, maxNeeds, "providesApis", "api")
		i.edges(e, &spec.Consumes, maxNeeds, "consumesApis", "api")
	}
}

// componentTypes are what a component of Backstage may be here.
var componentTypes = []string{"service", "website", "library"}

// componentType is the type here. Backstage lets people invent types.
func (i *importer) componentType(e *entity) string {
	if e.ref.kind != "component" {
		return e.ref.kind
	}
	t := strings.ToLower(e.text("spec", "type"))
	if slices.Contains(componentTypes, t) {
		return t
	}
	i.note(e, e.field("spec", "type"), "spec.type", "there is no type %q here; it became a service, with that as a label", short(e.text("spec", "type")))
	return "service"
}

// Bounds of texts, in bytes, and of labels: a manifest is for people, and a file has an end.
const (
	maxDescription = 10_000
	maxLabel       = 500
	maxLabels      = 100
)

func (i *importer) description(e *entity) string {
	n := e.field("metadata", "description")
	if scalar(n) == "" {
		n = e.field("metadata", "title")
	}
	if len(scalar(n)) > maxDescription {
		i.note(e, n, "metadata.description", "not taken over: it is longer than %d bytes", maxDescription)
		return ""
	}
	return scalar(n)
}

// owner is the team of the group that owns an entity.
func (i *importer) owner(e *entity) string {
	n := e.field("spec", "owner")
	if scalar(n) == "" {
		return ""
	}
	r, ok := i.reference(e, n, "spec.owner", "group", "user")
	switch {
	case !ok:
	case r.kind == "user":
		i.note(e, n, "spec.owner", "not taken over: %s is a person, and teams own things here", r)
	case i.byRef[r] == nil:
		i.note(e, n, "spec.owner", "not taken over: %s is not in these files; write its team into metadata.team", r)
	default:
		return i.byRef[r].name
	}
	return ""
}

// labels are those whose names are valid here, the lifecycle, and the type if it is none here.
func (i *importer) labels(e *entity) map[string]string {
	out := map[string]string{}
	for _, p := range pairs(e.field("metadata", "labels")) {
		if manifest.CheckName(p.name) != nil || p.value.Kind != yaml.ScalarNode || p.value.ShortTag() == "!!null" || len(p.value.Value) > maxLabel || len(out) == maxLabels {
			i.note(e, p.value, "metadata.labels", "%q was not taken over: it is no name and value of a label here, or one too many", short(p.name))
			continue
		}
		out[p.name] = p.value.Value
	}
	for _, field := range []string{"lifecycle", "type"} {
		v := e.text("spec", field)
		said := field == "type" && e.ref.kind == "component" && slices.Contains(componentTypes, strings.ToLower(v))
		if _, taken := out[field]; v != "" && len(v) <= maxLabel && !taken && !said {
			out[field] = v
		}
	}
	return out
}

// link is the first link that is an address.
func (i *importer) link(e *entity) string {
	found := ""
	links := e.field("metadata", "links")
	if links == nil || links.Kind != yaml.SequenceNode {
		return ""
	}
	for _, n := range links.Content {
		n = follow(n)
		address := scalar(value(n, "url"))
		switch u, err := url.Parse(address); {
		case err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http" || len(address) > 2000 || strings.ContainsAny(address, " #@"):
			i.note(e, n, "metadata.links", "%q was not taken over: it is no plain address", short(address))
		case found != "":
			i.note(e, n, "metadata.links", "%q was not taken over: a component has one link", short(address))
		default:
			found = address
		}
	}
	return found
}

// edges reads the references of a field, which is a text or a list.
func (i *importer) edges(e *entity, to *[]string, most int, field string, kinds ...string) {
	list := e.list("spec", field)
	if n := e.field("spec", field); scalar(n) != "" {
		list = []*yaml.Node{n}
	}
	for _, n := range list {
		if r, ok := i.reference(e, n, "spec."+field, kinds...); ok {
			i.edge(e, n, "spec."+field, to, most, r)
		}
	}
}

// edge puts the name of another entity into a list.
func (i *importer) edge(said *entity, n *yaml.Node, field string, to *[]string, most int, r ref) {
	other := i.byRef[r]
	switch {
	case other == nil:
		i.note(said, n, field, "not taken over: %s is not in these files", r)
	case slices.Contains(*to, other.name):
	case len(*to) == most:
		i.note(said, n, field, "not taken over: there are %d already", most)
	default:
		*to = append(*to, other.name)
	}
}

// dependents turns dependencyOf of the others round.
func (i *importer) dependents(e *entity, spec *componentSpec) {
	for _, other := range i.dependencyOf[e.ref] {
		i.edge(other.by, other.at, "spec.dependencyOf", &spec.DependsOn, maxNeeds, other.by.ref)
	}
}
