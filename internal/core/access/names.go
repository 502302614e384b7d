package access

import "slipway.dev/internal/core/machine"

// BindingsID is the identity of the machine of all bindings. It makes a step whenever
// anything changes that a Directory is made of, but for teams: a guard on it holds what was
// decided to who may do what.
const BindingsID = "access/bindings"

// WatchID is the identity of the machine that watches for attacks.
const WatchID = "security/watch"

// PersonID is the identity of an account's machine.
func PersonID(name string) string { return machine.ID("person", name) }

// SessionID is the identity of a session's machine.
func SessionID(id string) string { return machine.ID("session", id) }

// TokenID is the identity of a token's machine.
func TokenID(owner, name string) string { return machine.ID("token", owner, name) }
