package gate

import "slipway.dev/internal/core/access"

// People is what a gate must know of those who approve; access.Directory is one.
type People interface {
	// Known says whether it is settled who is behind an address: an account, or nobody.
	Known(address string) bool
	// Behind gives all accounts of the human behind an address.
	Behind(address string) []string
	// Same gives the other accounts of an account's human.
	Same(person string) []string
	// Active says whether an account is there and not disabled.
	Active(person string) bool
	// In says whether an active account is in a team, or has a role for the scope.
	In(person, group string, s access.Scope) bool
	// Holders gives the active accounts that are In, sorted.
	Holders(group string, s access.Scope) []string
}
