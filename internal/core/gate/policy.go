package gate

import (
	"time"

	"slipway.dev/internal/core/calendar"
)

// Policy is all that an environment asks at its door: the gate of its manifest with the
// defaults filled in, and the freezes and rules of the platform that apply to it.
type Policy struct {
	Environment string            `json:"environment"`
	After       string            `json:"after,omitempty"`
	Auto        bool              `json:"auto,omitempty"`      // releases ask by themselves once the environment before runs them
	Supersede   bool              `json:"supersede,omitempty"` // a newer release takes the place of one that waits
	Approvals   Approvals         `json:"approvals,omitzero"`
	Soak        time.Duration     `json:"soak,omitempty"` // how long the environment before must have run it
	Windows     []calendar.Window `json:"windows,omitempty"`
	Freezes     []calendar.Freeze `json:"freezes,omitempty"`
	Concurrency int               `json:"concurrency,omitempty"` // deployments under way at once in the environment; 0: any
	Rules       []Rule            `json:"rules,omitempty"`
	Budget      string            `json:"budget,omitempty"` // what of its flows' error budgets blocks: BlockExhausted or BlockBurning; "": nothing
	// Later names conditions that this version cannot look into (readiness, parity, review).
	// They are unknown.
	Later []string `json:"later,omitempty"`
	Glass *Glass   `json:"glass,omitempty"` // how the glass may be broken; nil: not at all
}

// Approvals asks for consent of several people.
type Approvals struct {
	Count  int           `json:"count,omitempty"`
	From   []string      `json:"from,omitempty"`   // teams or roles, any of them
	Expire time.Duration `json:"expire,omitempty"` // how long an approval holds
}

// Rule is a CEL expression that must give true; see package expr for what it sees.
type Rule struct {
	Name   string `json:"name"`
	Expr   string `json:"expr"`
	Reason string `json:"reason,omitempty"` // what to tell when it does not
}

// Glass is how a gate may be broken in an emergency.
type Glass struct {
	Criteria []string      `json:"criteria"`         // to choose from
	Exempt   []string      `json:"exempt,omitempty"` // criteria that need no second person
	Window   time.Duration `json:"window"`           // how long it is open
	Review   time.Duration `json:"review"`           // until when somebody else must have reviewed it
}
