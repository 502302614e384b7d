package access

// Person is an account as rights and gates must know it.
type Person struct {
	Name      string   `json:"name"`
	Addresses []string `json:"addresses,omitempty"` // e-mail and git addresses, in lower case
	Groups    []string `json:"groups,omitempty"`    // of the identity provider
	Disabled  bool     `json:"disabled,omitempty"`
}

// Team is a team as its manifest lists it.
type Team struct {
	Name    string
	Members []Member
	OnCall  []string // accounts
}

// Member of a team. An entry without an account that a person shares an address with is
// that person.
type Member struct {
	Person    string   // account; empty: known by its addresses only
	Addresses []string // e-mail and git addresses
}

// Binding gives a role to somebody, perhaps only for what a team owns or for an environment.
type Binding struct {
	Subject     string `json:"subject"` // "person:ada", "team:ops", "group:ops" (of the identity provider) or "workflow:clean-up"
	Role        Role   `json:"role"`
	Team        string `json:"team,omitempty"`        // empty: of every team
	Environment string `json:"environment,omitempty"` // empty: in every environment
}

// Scope is what an operation touches. Empty: not bound to a team or an environment; then
// only a binding for all of them allows it, but for Read.
type Scope struct{ Team, Environment string }

// Everybody is all that there is to know of people: the input of NewDirectory.
type Everybody struct {
	People   []Person
	Teams    []Team
	Bindings []Binding
	Mapped   map[string]string // address -> account, by an administrator
	MappedBy map[string]string // address -> account of who said so
}
