package access

import (
	"maps"
	"slices"
	"strings"
)

// Directory answers who somebody is and what they may. It never changes, so that it may be
// asked by many at once.
type Directory struct {
	people   map[string]Person
	teams    map[string]Team
	humans   humans
	nobody   map[string]bool      // addresses that an administrator said belong to no person
	mappedBy map[string]string    // address -> account of who said whose it is
	members  map[string][]string  // team -> accounts
	subjects map[string][]string  // account -> "person:ada", "team:ops", "group:sre"
	bindings map[string][]Binding // by subject
	groups   map[string][]string  // group of the identity provider -> accounts
}

// Nobody is the account that an address is mapped to when there is no person behind it: a
// program's, that commits.
const Nobody = "nobody"

// NewDirectory makes a directory of all that there is to know of people.
func NewDirectory(e Everybody) *Directory {
	d := &Directory{
		mappedBy: map[string]string{}, people: map[string]Person{}, teams: map[string]Team{}, nobody: map[string]bool{}, members: map[string][]string{},
		subjects: map[string][]string{}, bindings: map[string][]Binding{}, groups: map[string][]string{},
	}
	for _, p := range e.People {
		d.people[p.Name] = p
		d.subjects[p.Name] = append(d.subjects[p.Name], "person:"+p.Name)
		for _, g := range p.Groups {
			d.groups[g] = append(d.groups[g], p.Name)
			d.subjects[p.Name] = append(d.subjects[p.Name], "group:"+g)
		}
	}
	for address, by := range e.MappedBy {
		d.mappedBy[Address(address)] = by
	}
	for address, account := range e.Mapped {
		if account == Nobody {
			d.nobody[Address(address)] = true
		}
	}
	d.humans = humansOf(e, d.people)
	for _, t := range e.Teams {
		d.teams[t.Name] = t
		d.members[t.Name] = d.accounts(t)
		for _, person := range d.members[t.Name] {
			d.subjects[person] = append(d.subjects[person], "team:"+t.Name)
		}
	}
	for _, b := range e.Bindings {
		d.bindings[b.Subject] = append(d.bindings[b.Subject], b)
	}
	return d
}

// accounts gives the accounts that are members of a team, sorted. A member without an
// account is whoever has one of its addresses for their own.
func (d *Directory) accounts(t Team) []string {
	found := map[string]bool{}
	for _, m := range t.Members {
		if m.Person != "" {
			if _, ok := d.people[m.Person]; ok {
				found[m.Person] = true
			}
			continue
		}
		for _, a := range m.Addresses {
			for _, person := range d.humans.owners[Address(a)] {
				found[person] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// Person gives an account.
func (d *Directory) Person(name string) (Person, bool) {
	p, ok := d.people[name]
	return p, ok
}

// Mapper gives the account of who said whose an address is; "" if nobody with an account did.
func (d *Directory) Mapper(address string) string { return d.mappedBy[Address(address)] }

// Team gives a team.
func (d *Directory) Team(name string) (Team, bool) {
	t, ok := d.teams[name]
	return t, ok
}

// Active says whether an account is there and not disabled.
func (d *Directory) Active(person string) bool {
	p, ok := d.people[person]
	return ok && !p.Disabled
}

// Members gives the accounts of a team, sorted, also disabled ones.
func (d *Directory) Members(team string) []string { return slices.Clone(d.members[team]) }

// Grants gives the bindings that hold for an account: its own, and those of its teams and
// groups.
func (d *Directory) Grants(person string) []Binding {
	var list []Binding
	for _, s := range d.subjects[person] {
		list = append(list, d.bindings[s]...)
	}
	return list
}

// In says whether an active account is in a group: a role that it holds for what the scope
// names, a team, or "person:ada". A name that is a role's is the role, also if a team is
// called so: who may name a team must not make themselves administrators by it. "role:" and
// "team:" before the name say which.
func (d *Directory) In(person, group string, s Scope) bool {
	if !d.Active(person) {
		return false
	}
	kind, name := d.group(group)
	switch kind {
	case "role":
		return slices.ContainsFunc(d.Grants(person), func(b Binding) bool { return string(b.Role) == name && b.covers(s, "") })
	case "team":
		_, in := slices.BinarySearch(d.members[name], person)
		return in
	}
	return kind == "person" && name == person
}

// group takes the name of a group apart.
func (d *Directory) group(group string) (kind, name string) {
	kind, name, ok := strings.Cut(group, ":")
	switch {
	case ok:
		return kind, name
	case Role(group).Known():
		return "role", group
	}
	return "team", group
}

// Holders gives the active accounts that are in a group, sorted.
func (d *Directory) Holders(group string, s Scope) []string {
	found := map[string]bool{}
	kind, name := d.group(group)
	switch kind {
	case "team":
		add(found, d.members[name])
	case "person":
		found[name] = true
	case "role":
		for subject, list := range d.bindings {
			if slices.ContainsFunc(list, func(b Binding) bool { return string(b.Role) == name && b.covers(s, "") }) {
				add(found, d.behindSubject(subject))
			}
		}
	}
	maps.DeleteFunc(found, func(person string, _ bool) bool { return !d.Active(person) })
	return slices.Sorted(maps.Keys(found))
}

// Holding gives the accounts that a binding's subject stands for, also disabled ones.
func (d *Directory) Holding(subject string) []string { return slices.Clone(d.behindSubject(subject)) }

// TeamsOf gives the teams that an account is in, sorted.
func (d *Directory) TeamsOf(person string) []string {
	var list []string
	for _, s := range d.subjects[person] {
		if team, ok := strings.CutPrefix(s, "team:"); ok {
			list = append(list, team)
		}
	}
	slices.Sort(list)
	return list
}

// behindSubject gives the accounts that a binding's subject stands for.
func (d *Directory) behindSubject(subject string) []string {
	kind, name, _ := strings.Cut(subject, ":")
	switch kind {
	case "person":
		return []string{name}
	case "team":
		return d.members[name]
	case "group":
		return d.groups[name]
	}
	return nil
}

func add(to map[string]bool, names []string) {
	for _, n := range names {
		to[n] = true
	}
}
