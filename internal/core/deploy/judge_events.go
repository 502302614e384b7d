package deploy

import (
	"time"

	"slipway.dev/internal/core/judge"
)

// JudgeSpec asks for a judge's word on a canary, again and again.
type JudgeSpec struct {
	Service     string    `json:"service"`
	Environment string    `json:"environment"`
	Deployment  string    `json:"deployment"` // the canary's
	Release     string    `json:"release"`
	Baseline    string    `json:"baseline"` // deployment that it is compared with
	Since       time.Time `json:"since"`    // when judging began; the ticks' times count from here
	Weight      int       `json:"weight"`   // percent of the requests that it has
	Most        int       `json:"most"`     // percent that it may have before it is promoted
	Compared    int       `json:"compared"` // percent that it and what it is compared with have together
	// New are those of the two that nobody had reached before: all that was ever counted of
	// them is evidence.
	New     []string      `json:"new,omitempty"`
	Options judge.Options `json:"options"`
	// Checks are smoke checks to be repeated, of canary and baseline, where the manifest
	// takes them as evidence.
	Checks []SmokeInput `json:"checks,omitempty"`
}

// Judged is what the judge says of a canary. It says so when something of it changed that
// matters; figures alone only now and then.
type Judged struct {
	Deployment string         `json:"deployment"`
	Verdict    judge.Outcome  `json:"verdict"`
	Weight     int            `json:"weight"`             // percent of the requests that the canary may have
	Reason     string         `json:"reason"`             // names the flows that decided
	Warnings   []string       `json:"warnings,omitempty"` // flows that are worse where that does not decide, and why
	Missing    []string       `json:"missing,omitempty"`  // what keeps it from a promotion
	Flows      []FlowEvidence `json:"flows,omitempty"`    // those that matter most first
	More       int            `json:"more,omitempty"`     // flows that were left out
	UsersHit   uint64         `json:"usersHit"`           // users, or requests where users are not told apart, whose request to the canary failed
	Tick       int64          `json:"tick"`               // number of the last tick that it rests on
	Digest     string         `json:"digest"`             // of all ticks so far, each chained to the one before
}

// FlowEvidence is what was seen of one flow.
type FlowEvidence struct {
	Flow        string            `json:"flow"` // empty: requests of no flow
	Criticality judge.Criticality `json:"criticality"`
	Canary      judge.Side        `json:"canary"`
	Baseline    judge.Side        `json:"baseline"`
	Worse       float64           `json:"worse"` // ln of the evidence that the canary is worse
	Fine        float64           `json:"fine"`  // ln of the evidence that it is fine
	Verdict     judge.Outcome     `json:"verdict"`
	Reason      string            `json:"reason,omitempty"`
	Synthetic   bool              `json:"synthetic,omitempty"` // of checks that slipway made, not of users
}
