package access

import (
	"maps"
	"slices"
	"strings"
)

// humans says which accounts and addresses belong to one human, for all that is known: what
// an account, an administrator or a team's list puts together, and what that shares with
// others. It is a union of sets. Accounts and addresses are told apart by how they begin.
type humans struct {
	parent map[string]string
	all    map[string][]string // root -> accounts, sorted
	owners map[string][]string // address -> accounts that have it for their own, or that it is mapped to
}

// Address is how addresses are compared: in lower case, without space around.
func Address(a string) string { return strings.ToLower(strings.TrimSpace(a)) }

func account(name string) string { return "=" + name }
func mailbox(a string) string    { return "@" + Address(a) }

func humansOf(e Everybody, people map[string]Person) humans {
	h := humans{parent: map[string]string{}, all: map[string][]string{}, owners: map[string][]string{}}
	for _, p := range people {
		h.root(account(p.Name)) // also one without any address
		for _, a := range p.Addresses {
			h.own(p.Name, a)
		}
	}
	for a, name := range e.Mapped {
		if name != Nobody {
			h.own(name, a)
		}
	}
	for _, t := range e.Teams {
		for _, m := range t.Members {
			h.member(m)
		}
	}
	for name := range h.parent {
		h.root(name) // so that find is short
	}
	for _, name := range slices.Sorted(maps.Keys(people)) {
		root := h.root(account(name))
		h.all[root] = append(h.all[root], name)
	}
	return h
}

func (h humans) own(person, address string) {
	if address = Address(address); address == "" {
		return
	}
	h.join(account(person), mailbox(address))
	h.owners[address] = append(h.owners[address], person)
}

// member joins what a team's list says of one human.
func (h humans) member(m Member) {
	var first string
	if m.Person != "" {
		first = account(m.Person)
		h.root(first)
	}
	for _, a := range m.Addresses {
		if Address(a) == "" {
			continue
		}
		if first == "" {
			first = mailbox(a)
		}
		h.join(first, mailbox(a))
	}
}

// root finds the set that a name is in.
func (h humans) root(name string) string {
	p, ok := h.parent[name]
	if !ok {
		h.parent[name] = name
		return name
	}
	if p != name {
		p = h.root(p)
		h.parent[name] = p
	}
	return p
}

func (h humans) join(a, b string) { h.parent[h.root(a)] = h.root(b) }

// find is root for reading: it changes nothing, so that many may ask at once.
func (h humans) find(name string) (string, bool) {
	p, ok := h.parent[name]
	for ok && p != name {
		name = p
		p = h.parent[name]
	}
	return name, ok
}

// Behind gives the accounts of the human behind an address, sorted: those that have it, and
// those that share another address with them. None: nobody is known to have it.
func (d *Directory) Behind(address string) []string {
	root, ok := d.humans.find(mailbox(address))
	if !ok {
		return nil
	}
	return slices.Clone(d.humans.all[root])
}

// Known says whether it is settled who is behind an address: some account, or no person at
// all (see Nobody).
func (d *Directory) Known(address string) bool {
	return d.nobody[Address(address)] || len(d.Behind(address)) > 0
}

// Same gives the other accounts that share an address with an account, directly or through
// further ones, sorted. They are one human for all that is known.
func (d *Directory) Same(person string) []string {
	root, ok := d.humans.find(account(person))
	if !ok {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(d.humans.all[root]), func(n string) bool { return n == person })
}
