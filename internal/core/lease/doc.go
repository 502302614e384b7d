// Package lease has the machine that bounds how many deployments are under way in an
// environment at once. There is one per environment, so that the limit is a property of its
// state and not of who looked first.
//
//	                 lease.taken, fewer than the limit hold one
//	nobody holds ◀──────────────────────────────────────────────▶ some hold one
//	                              lease.given
//
// A lane takes a lease in the commit in which its deployment begins, and gives it back in the
// commit in which that ends. The decision that let it begin is guarded by this machine's step:
// a lane that saw a free lease which another took meanwhile asks again. Should one come all
// the same, it is refused here, and with it the step of the lane.
//
// The limit comes with each taker, because the environment's policy may change. A lower one
// takes nothing from those who hold a lease already.
package lease

import "slipway.dev/internal/core/machine"

// MachineID is the identity of the machine of an environment's leases.
func MachineID(environment string) string { return machine.ID("lease", environment) }

// Events of the machine, with their data.
const (
	EventTaken = "lease.taken" // Take
	EventGiven = "lease.given" // Give
)

// Take asks for a lease.
type Take struct {
	Environment string `json:"environment"`
	Service     string `json:"service"`
	Deployment  string `json:"deployment"`
	Limit       int    `json:"limit"` // so many deployments may hold one, this one counted
}

// Give gives a lease back.
type Give struct {
	Deployment string `json:"deployment"`
}
