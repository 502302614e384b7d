package glass

import (
	"fmt"
	"strconv"
	"strings"

	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
)

// Target is what is broken into: the gate of a service in an environment, or a System.
type Target struct {
	Service     string `json:"service,omitempty"`
	Environment string `json:"environment,omitempty"` // of a System: for rights only
	System      string `json:"system,omitempty"`
	Team        string `json:"team,omitempty"` // whose thing it is; is told, and for rights
}

// Name names a target: "tickets.prod", or "system:orders-db".
func (t Target) Name() string {
	if t.System != "" {
		return "system:" + t.System
	}
	return t.Service + "." + t.Environment
}

// MachineID is the identity of the machine of a target. That there is one for each is what
// makes it impossible to break a second glass before the first was reviewed.
func MachineID(t Target) string { return machine.ID("glass", t.Name()) }

// ID is the identity of the n-th glass of a target: "tickets.prod.3". It is gate.Facts.Glass.
func ID(t Target, n int64) string { return fmt.Sprintf("%s.%d", t.Name(), n) }

// MachineOf is the machine of a glass by its ID. It gives "" for what is no ID.
func MachineOf(id string) string {
	name, n, ok := cutLast(id)
	if _, err := strconv.ParseInt(n, 10, 64); !ok || err != nil || name == "" {
		return ""
	}
	return machine.ID("glass", name)
}

func cutLast(s string) (before, after string, found bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// Events of a glass, with their data. Besides these it takes "timer", "message.refused" and
// the outcomes of its effect notify.EffectNotice.
const (
	EventRequested = "glass.requested" // Request; facts: Facts
	EventConfirmed = "glass.confirmed" // none; facts: Facts
	EventClosed    = "glass.closed"    // Close
	EventUsed      = "glass.used"      // Use: from a lane, in the commit in which the deployment begins
	EventReviewed  = "glass.reviewed"  // task.Ended: the reply of the review task
)

// Request asks for a glass to be broken. Target and Policy were looked up by who sends it.
type Request struct {
	Target
	Criterion string     `json:"criterion"` // one of the policy's
	Reason    string     `json:"reason"`
	Policy    gate.Glass `json:"policy"`
}

// Facts say who the actor of an event is. Guards are the machines that this was read from:
// the person's, and the bindings of rights.
type Facts struct {
	Person string          `json:"person"`         // account; empty: nobody who may break a glass
	Same   []string        `json:"same,omitempty"` // other accounts that are the same human, for all that is known
	Guards []machine.Guard `json:"guards,omitempty"`
}

// Close ends an open glass before its time, or takes back one that waits.
type Close struct {
	Reason string `json:"reason,omitempty"`
}

// Use tells which deployment went in by it.
type Use struct {
	Glass      string `json:"glass"` // ID
	Deployment string `json:"deployment"`
	Release    string `json:"release"`
}
