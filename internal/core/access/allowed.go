package access

import (
	"slices"
	"strings"

	"slipway.dev/internal/core/machine"
)

// Caller is who asks: an actor, and what limits it besides its roles.
type Caller struct {
	Actor   machine.Actor
	Person  string      // account behind it; empty: none
	Scopes  []Operation // of a token: what it is limited to
	Session string      // ID of the session; empty: a token, the socket, or the system
}

// PersonCaller is a person who is signed in.
func PersonCaller(name, session string) Caller {
	return Caller{Actor: machine.Actor{Kind: "person", Name: name}, Person: name, Session: session}
}

// TokenCaller is a program with a token of somebody's: it acts as its owner, as far as its
// scopes go.
func TokenCaller(owner, name string, scopes []Operation) Caller {
	return Caller{Actor: machine.Actor{Kind: "token", Name: owner + "/" + name}, Person: owner, Scopes: scopes}
}

// HostCaller is the user of the operating system who runs the control plane.
func HostCaller(user string) Caller {
	return Caller{Actor: machine.Actor{Kind: "host", Name: user}}
}

// LocalToken is the actor of the token file in the data directory: who can read it runs the
// control plane.
var LocalToken = machine.Actor{Kind: "token", Name: "local"}

// Allowed says whether a caller may do it to what the scope names.
func (d *Directory) Allowed(c Caller, op Operation, s Scope) bool {
	switch {
	case op == Anyone:
		return true
	case c.Actor.Name == "" || c.Actor.Name == "*":
		return false
	case c.Actor == LocalToken, c.Actor.Kind == "host":
		return slices.Contains(host, op)
	case c.Actor.Kind == "person":
		return c.Person == c.Actor.Name && d.personMay(c.Person, op, s)
	case c.Actor.Kind == "token":
		owner, _, ok := strings.Cut(c.Actor.Name, "/")
		limited := op == Self || slices.Contains(c.Scopes, op)
		return ok && c.Person == owner && limited && d.personMay(owner, op, s)
	case c.Actor.Kind == "workflow":
		return slices.Contains(automatic, op) && covered(d.Given(c), op, s)
	}
	return slices.Contains(system[c.Actor.String()], op)
}

// personMay says whether the roles of an account allow it. Who has an account that is not
// disabled may use it, whatever else they may.
func (d *Directory) personMay(person string, op Operation, s Scope) bool {
	if !d.Active(person) {
		return false
	}
	if op == Self {
		return true
	}
	return covered(d.Grants(person), op, s)
}

// Given gives the bindings that a caller has: an account's, or those of a workflow that runs
// by itself.
func (d *Directory) Given(c Caller) []Binding {
	if c.Actor.Kind == "workflow" {
		return slices.Clone(d.bindings[c.Actor.String()])
	}
	return d.Grants(c.Person)
}

// automatic are the operations that a workflow which runs by itself may have a role for. It
// is no person: nothing that it says is consent, and it changes no rights.
var automatic = []Operation{Read, Deploy, Revoke}

// covered says whether one of some bindings allows it.
func covered(list []Binding, op Operation, s Scope) bool {
	return slices.ContainsFunc(list, func(b Binding) bool { return slices.Contains(may[b.Role], op) && b.covers(s, op) })
}

// covers says whether a binding holds for what a scope names. Who may read anything may ask
// for lists, in which they find what they may read.
func (b Binding) covers(s Scope, op Operation) bool {
	whole := func(is string) bool { return op == Read && is == "" }
	return (b.Team == "" || b.Team == s.Team || whole(s.Team)) &&
		(b.Environment == "" || b.Environment == s.Environment || whole(s.Environment))
}
