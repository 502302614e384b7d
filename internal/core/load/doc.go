// Package load has the machine of the load tests of one service in one environment. One is under
// way at a time.
//
//	         load.begun                     load.ended
//	idle ────────────────▶ under way ──────────────────────▶ idle, with one result more
//	  ▲                        │ timer "lost": whoever sent the requests is gone
//	  └────────────────────────┘
//
// Whether the environment allows it comes with the event as its facts, and a guard holds the
// step to them. Whoever sends the requests is not kept here: a control plane that is gone sends
// none, and the test is begun anew by who wants it. The machine keeps the results, and with them
// the statements that are evidence of them.
package load

import (
	"encoding/json"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// MachineID is the identity of the machine of a service's load tests in an environment.
func MachineID(environment, service string) string { return machine.ID("load", environment, service) }

// Events of the machine.
const (
	EventBegun = "load.begun" // Begin, with Facts
	EventEnded = "load.ended" // End
)

// Bounds of a test: it is to find out whether a service holds what is expected of it, and not
// how to take a machine down.
const (
	MaxRate     = 1000 // requests per second
	MaxDuration = 15 * time.Minute
)

// Test is what is sent, and what is expected of the answers.
type Test struct {
	Service      string            `json:"service"`
	Environment  string            `json:"environment"`
	Method       string            `json:"method"`
	Path         string            `json:"path"`
	Headers      map[string]string `json:"headers,omitempty"`
	Body         []byte            `json:"body,omitempty"`
	Rate         float64           `json:"rate"` // requests per second
	Duration     time.Duration     `json:"duration"`
	MaxErrorRate float64           `json:"maxErrorRate"`  // share of the requests, from 0 to 1
	P99          time.Duration     `json:"p99,omitempty"` // 0: any
}

// Begin begins a test. ID is the caller's: the same one twice is the same test begun anew.
type Begin struct {
	ID       string        `json:"id"`
	Release  string        `json:"release"`
	Artifact string        `json:"artifact"`
	Test     string        `json:"test"` // digest of it
	Rate     float64       `json:"rate"`
	Duration time.Duration `json:"duration"`
}

// Facts are what must be known of others to begin.
type Facts struct {
	Allowed bool          `json:"allowed,omitempty"` // the environment allows load tests
	Guard   machine.Guard `json:"guard"`             // that it still does
}

// Measured is what came of the requests. Times are in seconds.
type Measured struct {
	Passed    bool    `json:"passed"`
	Requests  uint64  `json:"requests"`
	Errors    uint64  `json:"errors"` // no answer, or one of 400 and above
	ErrorRate float64 `json:"errorRate"`
	Rate      float64 `json:"rate"` // requests per second that were sent indeed
	P50       float64 `json:"p50"`
	P90       float64 `json:"p90"`
	P99       float64 `json:"p99"`
	Max       float64 `json:"max"`
	Why       string  `json:"why,omitempty"` // it did not pass
}

// End ends a test.
type End struct {
	ID       string    `json:"id"`
	Measured *Measured `json:"measured,omitempty"` // nil: it broke off
	Evidence string    `json:"evidence,omitempty"` // digest of the signed statement
	Error    string    `json:"error,omitempty"`    // why it broke off
}

func decode[T any](raw json.RawMessage, what string) (t T, err error) {
	if len(raw) == 0 {
		return t, nil
	}
	if err := json.Unmarshal(raw, &t); err != nil {
		return t, fault.New(fault.Invalid, "%s cannot be read", what).Because(err)
	}
	return t, nil
}
