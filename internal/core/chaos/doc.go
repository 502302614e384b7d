// Package chaos has the machine of the faults that are made on purpose in one service of one
// environment. There is one machine for each, so that two faults never meet there.
//
//	            chaos.begun              chaos.applied, or chaos.stop is done
//	no fault ───────────────▶ beginning ─────────────────────────────────────▶ in force
//	    ▲                         │ cannot be done: failed                        │
//	    └─────────────────────────┴──────── timer "end": ended ◀── chaos.cancelled ┘
//
// Whether the environment allows it comes with the event as its facts, and a guard holds the
// step to them: what was taken back meanwhile is not allowed any more. What comes without facts
// is refused.
//
// Latency and errors are a desired thing, which the edge has with an end of its own: neither a
// control plane that is gone nor an edge that was started again leaves one behind or makes two.
// A stop is an effect that names how often the instance had been restarted: done twice, it is
// one crash. Its time only says for how long no other fault begins.
package chaos

import (
	"time"

	"slipway.dev/internal/core/machine"
)

// MachineID is the identity of the machine of a service's faults in an environment.
func MachineID(environment, service string) string { return machine.ID("chaos", environment, service) }

// What the machine takes, wants done and desires.
const (
	EventBegun     = "chaos.begun"     // Begin, with Facts
	EventApplied   = "chaos.applied"   // Applied
	EventCancelled = "chaos.cancelled" // Cancel
	EffectStop     = "chaos.stop"      // StopInput; gives Stopped
	DesiredFault   = "fault"           // Spec
)

// The kinds of faults.
const (
	Stop    = "stop"    // one instance stops as if it crashed; its keeper starts it again
	Latency = "latency" // answers come later
	Errors  = "errors"  // the edge answers with an error
)

// DefaultLongest is how long a fault may last where the environment does not say.
const DefaultLongest = 5 * time.Minute

// Begin asks for a fault. ID is the caller's: the same one twice is one fault.
type Begin struct {
	ID          string        `json:"id"`
	Service     string        `json:"service"`
	Environment string        `json:"environment"`
	Kind        string        `json:"kind"`
	Share       float64       `json:"share,omitempty"`  // of the requests, above 0 to 1; not of a stop
	Delay       time.Duration `json:"delay,omitempty"`  // of latency
	Status      int           `json:"status,omitempty"` // of errors: 5xx
	For         time.Duration `json:"for"`
}

// Facts are what must be known of others to begin.
type Facts struct {
	Faults   []string      `json:"faults,omitempty"`  // kinds that the environment allows
	Longest  time.Duration `json:"longest,omitempty"` // 0: DefaultLongest
	Guard    machine.Guard `json:"guard"`             // that it still does
	Instance string        `json:"instance,omitempty"`
	Restarts int           `json:"restarts,omitempty"` // of the instance so far
}

// Applied says that the edge has the fault.
type Applied struct {
	Number int64 `json:"number"`
}

// Cancel ends the fault before its time.
type Cancel struct {
	Reason string `json:"reason,omitempty"`
}

// StopInput says which instance is to stop, and how often it was restarted until then.
type StopInput struct {
	Number   int64  `json:"number"`
	Instance string `json:"instance"`
	Restarts int    `json:"restarts,omitempty"`
}

// Stopped is what came of a stop.
type Stopped struct {
	Number int64  `json:"number"`
	Error  string `json:"error,omitempty"` // why the instance was not stopped
}

// Spec is the fault that the edge is to have.
type Spec struct {
	Number int64 `json:"number"`
	Begin
	Until time.Time `json:"until"`
}
