// Package traffic has the machine that counts an environment's requests by hour of the week,
// so that a window can be proposed from the hours of least traffic.
//
//	               traffic.counted
//	(nothing) ────────────────────────▶ counting ──┐ traffic.counted
//	                                       ▲       │
//	                                       └───────┘ each hour of the week was watched: known
//
// What comes is how many requests there were in a span of time. The machine remembers of each
// hour of the week how many there were and how long it was watched: an hour in which nobody
// looked is not a quiet one. What is long ago weighs less: when an hour was watched for four
// weeks, half of it is forgotten.
package traffic

import (
	"time"

	"slipway.dev/internal/core/machine"
)

// MachineID is the identity of the machine that counts for an environment.
func MachineID(environment string) string { return machine.ID("traffic", environment) }

// EventCounted brings what was counted; its data is Counted.
const EventCounted = "traffic.counted"

// Counted is how many requests an environment had in a span of time.
type Counted struct {
	Environment string    `json:"environment"`
	From        time.Time `json:"from"`
	To          time.Time `json:"to"`
	Requests    uint64    `json:"requests"`
}

// Longest is the longest span that is taken: of a longer one nobody knows in which of its
// hours the requests came.
const Longest = 2 * time.Hour
