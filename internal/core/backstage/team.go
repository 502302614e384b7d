package backstage

import (
	"regexp"

	"go.yaml.in/yaml/v4"

	"slipway.dev/internal/core/manifest"
)

// Bounds of a team, as of manifest.Team.
const (
	maxMembers = 1000
	maxEmail   = 200 // bytes, also of a name
)

var email = regexp.MustCompile(`^[^@\s]+@[^@\s]+$`)

// member is a member of a team, as in a manifest.
type member struct {
	Name   string `yaml:"name"`
	Person string `yaml:"person,omitempty"`
	Email  string `yaml:"email,omitempty"`
}

type teamSpec struct {
	Members []member `yaml:"members,omitempty"`
}

// team makes a Team of a Group.
func (i *importer) team(e *entity) {
	spec := &teamSpec{}
	seen := map[ref]bool{}
	add := func(u ref, from *entity, n *yaml.Node, field string) {
		if seen[u] {
			return
		}
		if len(spec.Members) == maxMembers {
			i.note(from, n, field, "not taken over: %s has %d members already", e.name, maxMembers)
			return
		}
		seen[u] = true
		spec.Members = append(spec.Members, i.member(u, from, n, field))
	}
	for _, n := range e.list("spec", "members") {
		if u, ok := i.reference(e, n, "spec.members", "user"); ok {
			add(u, e, n, "spec.members")
		}
	}
	for _, u := range i.memberOf[e.ref] {
		add(u.by.ref, u.by, u.at, "spec.memberOf")
	}
	i.put(e, manifest.KindTeam, spec)
}

// member is a user, also one that is not among the entities.
func (i *importer) member(u ref, from *entity, n *yaml.Node, field string) member {
	who := i.byRef[u]
	if who == nil {
		name := valid(u.name)
		i.note(from, n, field, "%s is not in these files; only the name was taken over", u)
		return member{Name: cut(u.name, maxEmail), Person: name}
	}
	m := member{Name: who.text("spec", "profile", "displayName"), Person: who.name, Email: who.text("spec", "profile", "email")}
	if m.Name == "" || len(m.Name) > maxEmail {
		m.Name = who.ref.name
	}
	if len(m.Email) > maxEmail || !email.MatchString(m.Email) {
		m.Email = ""
	}
	return m
}

// person looks at a User by itself: what there is of it is in the teams.
func (i *importer) person(e *entity) {
	if at := e.field("spec", "profile", "email"); scalar(at) != "" && (len(scalar(at)) > maxEmail || !email.MatchString(scalar(at))) {
		i.note(e, at, "spec.profile.email", "not taken over: %q is no address", short(scalar(at)))
	}
	if !i.grouped[e.ref] {
		i.note(e, nil, "", "not taken over: it is in no group of these files, and people are only kept as members of teams")
	}
}

// reference reads a reference of a field, and notes what is none, or of another kind.
func (i *importer) reference(e *entity, n *yaml.Node, field string, kinds ...string) (ref, bool) {
	r, err := parseRef(scalar(n), kinds[0], e.ref.namespace)
	if err != nil {
		i.note(e, n, field, "not taken over: %v", err)
		return ref{}, false
	}
	for _, k := range kinds {
		if r.kind == k {
			return r, true
		}
	}
	i.note(e, n, field, "not taken over: %s is a %s", r, r.kind)
	return ref{}, false
}
