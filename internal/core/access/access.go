package access

import "slices"

// Role is a set of operations.
type Role string

// The roles. None implies another but for what the table below says: an administrator is
// nobody's approver.
const (
	Viewer    Role = "viewer"
	Developer Role = "developer"
	Approver  Role = "approver"
	Operator  Role = "operator"
	Security  Role = "security"
	Admin     Role = "admin"
)

// Roles gives all roles, from the least to the most powerful.
func Roles() []Role { return []Role{Viewer, Developer, Approver, Operator, Security, Admin} }

// Known says whether there is such a role.
func (r Role) Known() bool { return may[r] != nil }

// Operation is something that an actor asks control to do. It reads on after "may not".
type Operation string

// The operations.
const (
	Read    Operation = "read" // everything but secrets' values, which nobody reads
	Self    Operation = "use an account of their own"
	Apply   Operation = "apply manifests" // by hand, and adding sources that hold the platform's
	Sources Operation = "change sources"  // also have them looked at
	Deploy  Operation = "deploy"          // also promote, build again, roll back, abort and settle
	Approve Operation = "approve"         // answer tasks
	Revoke  Operation = "revoke releases"
	Glass   Operation = "break glass"
	Secrets Operation = "change secrets"
	Keys    Operation = "change signing keys"
	Audit   Operation = "read the audit log"
	Backup  Operation = "take a backup"
	People  Operation = "manage people"            // also what they may do, and reviews of that
	Ingest  Operation = "report what a source has" // webhooks and watchers
	Anyone  Operation = "sign in"                  // asks for no permission: it is how one gets any
)

// may says what a role is good for.
var may = map[Role][]Operation{
	Viewer:    {Read, Self},
	Developer: {Read, Self, Deploy},
	Approver:  {Read, Self, Approve},
	Operator:  {Read, Self, Deploy, Sources, Secrets, Revoke, Glass, Backup},
	Security:  {Read, Self, Audit, Keys, Revoke},
	Admin:     {Read, Self, Apply, Sources, Secrets, Keys, Audit, Backup, People, Revoke},
}

// host is what whoever runs the control plane may, through its private socket: begin. It is
// no person, so that nothing it says counts as consent.
var host = append(slices.Clone(may[Admin]), may[Operator]...)

// system is what parts of the control plane itself may.
var system = map[string][]Operation{
	"system:source": {Read, Ingest},
	"system:readyz": {Read},
}

// scopes are the operations that a token may be limited to, by the word for them.
var scopes = map[string]Operation{
	"read": Read, "apply": Apply, "sources": Sources, "deploy": Deploy, "approve": Approve, "revoke": Revoke,
	"glass": Glass, "secrets": Secrets, "keys": Keys, "audit": Audit, "backup": Backup, "people": People,
}

// ScopeNamed gives the operation that a token's scope is named after.
func ScopeNamed(word string) (Operation, bool) {
	op, ok := scopes[word]
	return op, ok
}

// ScopeWords gives the words that a new token may be limited to, sorted: no program breaks
// glass, whatever it holds.
func ScopeWords() []string {
	return slices.DeleteFunc(Words(), func(w string) bool { return scopes[w] == Glass })
}

// Words gives the words of all operations that have one, sorted.
func Words() []string {
	var words []string
	for w := range scopes {
		words = append(words, w)
	}
	slices.Sort(words)
	return words
}
