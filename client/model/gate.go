package model

import (
	"encoding/json"
	"time"
)

// Condition is one thing that a gate asks for.
type Condition struct {
	Name    string   `json:"name"`
	Verdict string   `json:"verdict"` // pass, fail, unknown, waived or notApplicable
	Reason  string   `json:"reason,omitempty"`
	Needs   []string `json:"needs"` // what would satisfy it, and who can
}

// Gate is how an environment's door stands to a release.
type Gate struct {
	Service     string      `json:"service"`
	Environment string      `json:"environment"`
	Release     string      `json:"release"`
	Artifact    string      `json:"artifact,omitempty"`
	Config      string      `json:"config,omitempty"`
	Deployment  string      `json:"deployment,omitempty"` // that waits at it; empty: it was not asked for
	Verdict     string      `json:"verdict"`
	Conditions  []Condition `json:"conditions"`
	Policy      string      `json:"policy"`          // digest
	At          time.Time   `json:"at"`              // the moment that it is about
	Next        time.Time   `json:"next,omitzero"`   // when it may change by itself
	Glass       string      `json:"glass,omitempty"` // break-glass by which the release may enter all the same
	Expedite    bool        `json:"expedite,omitempty"`
}

// GateQuery asks how a door stands, or would stand.
type GateQuery struct {
	Service     string
	Environment string
	Release     string    // empty: the one that waits, else the one of the environment before, else the newest
	At          time.Time // zero: now
	With        []string  // "approval=ada": as if she had approved
	Expedite    bool
}

// PromoteRequest asks for a release to go on into an environment.
type PromoteRequest struct {
	Service     string    `json:"service"`
	Environment string    `json:"environment"`
	Release     string    `json:"release,omitempty"`  // empty: the one that runs in the environment before
	At          time.Time `json:"at,omitzero"`        // not before
	Window      bool      `json:"window,omitempty"`   // not before the next window
	Expedite    bool      `json:"expedite,omitempty"` // a hotfix: no soak, no window
	Force       bool      `json:"force,omitempty"`    // also if it was rolled back here before
	Fix         string    `json:"fix,omitempty"`      // what it mends: no error budget holds it up
	Reason      string    `json:"reason,omitempty"`
}

// RevokeRequest takes away a release's right to enter, or to be gone back to.
type RevokeRequest struct {
	Reason string `json:"reason"`
}

// Plan is what a deployment into an environment will do.
type Plan struct {
	Service     string        `json:"service"`
	Environment string        `json:"environment"`
	Team        string        `json:"team,omitempty"`
	Release     string        `json:"release"`
	Commit      string        `json:"commit,omitempty"`
	Artifact    string        `json:"artifact"`
	Config      string        `json:"config"`
	From        string        `json:"from,omitempty"` // release that runs there now
	Releases    []string      `json:"releases"`       // since then, latest first
	Commits     []PlanCommit  `json:"commits"`        // since then, latest first
	MoreCommits bool          `json:"moreCommits,omitempty"`
	NoCommits   string        `json:"noCommits,omitempty"` // why the commits cannot be told
	Changes     []FieldChange `json:"changes"`             // of the configuration
	Gate        Gate          `json:"gate"`
	Strategy    string        `json:"strategy"`
	Migration   string        `json:"migration"`
	Steps       []string      `json:"steps"`
	Seconds     float64       `json:"seconds"` // that it is expected to take; 0: not known
	Basis       string        `json:"basis"`   // what that rests on
	Rollback    RollbackPath  `json:"rollback"`
	Contacts    []Contact     `json:"contacts"`
	Checklist   []string      `json:"checklist"`        // what is validated, and by whom
	Reason      string        `json:"reason,omitempty"` // why it was asked for, in the words of who did
	MadeAt      time.Time     `json:"madeAt"`
}

// PlanCommit is a commit that a deployment brings.
type PlanCommit struct {
	ID      string    `json:"id"`
	Subject string    `json:"subject"`
	Author  string    `json:"author"`
	At      time.Time `json:"at"`
}

// RollbackPath is how a deployment is taken back.
type RollbackPath struct {
	To         string   `json:"to,omitempty"` // release; empty: there is nothing to go back to
	Conditions []string `json:"conditions"`   // when it is taken back by itself
	Notes      []string `json:"notes"`        // what one must know of it
}

// Contact is who to turn to.
type Contact struct {
	Role  string `json:"role"` // "owner, box-office", "on call", "may approve (approver)"
	Name  string `json:"name"`
	Email string `json:"email,omitempty"`
}

// DeploymentDetail is a deployment with all that was decided about it.
type DeploymentDetail struct {
	Deployment
	Plan *Plan  `json:"plan,omitempty"`
	Gate *Gate  `json:"gate,omitempty"` // while it waits: now; afterwards: as it stood when it went in
	VSA  string `json:"vsa,omitempty"`  // digest of the signed decision
}

// Envelope is a signed statement, and the public keys that it may be checked with.
type Envelope struct {
	Envelope json.RawMessage `json:"envelope"` // DSSE
	Keys     []SigningKey    `json:"keys"`
}
