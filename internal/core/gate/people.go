package gate

import "slipway.dev/internal/core/access"

// People is what a gate must know of those who approve; access.Directory is one.
type People interface {
	// Known says whether it is settled who is behind an address: an account, or nobody.
	Known(address string) bool
	// Behind gives all accounts of the human behind an address.
	Behind(address string) []string
	// Mapper gives the account of who said whose an address is; "" if nobody with one did.
	Mapper(address string) string
	// Same gives the other accounts of an account's human.
	Same(person string) []string
	// Active says whether an account is there and not disabled.
	Active(person string) bool
	// In says whether an active account is in a team, or has a role for the scope.
	In(person, group string, s access.Scope) bool
	// Holders gives the active accounts that are In, sorted.
	Holders(group string, s access.Scope) []string
}

// Remembering gives the same people, but looks up the holders of a group once per scope. It
// is for one who evaluates many gates at a time, and not for several at once.
func Remembering(p People) People { return remembering{p, map[held][]string{}} }

type remembering struct {
	People
	holders map[held][]string
}

type held struct {
	group string
	scope access.Scope
}

// Holders implements People.
func (r remembering) Holders(group string, s access.Scope) []string {
	key := held{group, s}
	list, ok := r.holders[key]
	if !ok {
		list = r.People.Holders(group, s)
		r.holders[key] = list
	}
	return list
}
