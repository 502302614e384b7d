// Package access says who may do what. What is not allowed here is denied.
package access

import "slipway.dev/internal/core/machine"

// Role is a set of operations.
type Role string

// The roles.
const (
	Viewer    Role = "viewer"
	Developer Role = "developer"
	Approver  Role = "approver"
	Operator  Role = "operator"
	Security  Role = "security"
	Admin     Role = "admin"
)

// Operation is something that an actor asks control to do. It reads on after "may not".
type Operation string

// The operations.
const (
	Read    Operation = "read" // everything but secrets' values, which nobody reads
	Apply   Operation = "apply manifests"
	Sources Operation = "change sources" // also have them looked at
	Deploy  Operation = "deploy"         // also build again, roll back, abort and settle
	Secrets Operation = "change secrets"
	Keys    Operation = "change signing keys"
	Audit   Operation = "read the audit log"
	Backup  Operation = "take a backup"
	Ingest  Operation = "report what a source has" // webhooks and watchers
)

var everything = []Operation{Read, Apply, Sources, Deploy, Secrets, Keys, Audit, Backup, Ingest}

// permissions by kind and name of an actor; "*" is any name. For now whoever holds a token
// or reaches the private socket is an administrator.
var permissions = map[string][]Operation{
	"token:*":       everything,
	"person:*":      everything,
	"system:source": {Read, Ingest},
	"system:readyz": {Read},
	"page:board":    {Read}, // the board has no sign-in yet: it is served to this machine only
}

// Allowed says whether an actor may do it.
func Allowed(a machine.Actor, op Operation) bool {
	if a.Name == "" || a.Name == "*" {
		return false
	}
	for _, who := range []string{a.String(), a.Kind + ":*"} {
		for _, may := range permissions[who] {
			if may == op {
				return true
			}
		}
	}
	return false
}
