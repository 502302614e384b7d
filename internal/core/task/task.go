package task

import (
	"encoding/json"
	"time"

	"slipway.dev/internal/core/escalate"
	"slipway.dev/internal/core/machine"
)

// MachineID is the identity of a task's machine.
func MachineID(name string) string { return machine.ID("task", name) }

// Kind is what sort of decision it is.
type Kind string

// The kinds.
const (
	Approval   Kind = "approval"
	Review     Kind = "review"
	Form       Kind = "form"
	SignOff    Kind = "signOff"
	Acceptance Kind = "acceptance"
	Access     Kind = "access" // review of who holds which right
	Alert      Kind = "alert"  // somebody takes it on; that is their answer
)

// Ask is what is asked, of whom, and about what.
type Ask struct {
	Name        string            `json:"name"` // of the task: what follows "task/" in its machine's identity
	Kind        Kind              `json:"kind"`
	Title       string            `json:"title"`
	Text        string            `json:"text,omitempty"`
	Service     string            `json:"service,omitempty"`
	Team        string            `json:"team,omitempty"`        // whose thing it is about; for rights
	Environment string            `json:"environment,omitempty"` // for rights
	Subject     string            `json:"subject"`               // machine that it is about; gets Reply
	Reply       string            `json:"reply,omitempty"`       // type of the message to Subject, with Ended, when the task ends by answers; empty: none
	Digests     map[string]string `json:"digests,omitempty"`     // what answers are bound to: "artifact", "config", "policy" …
	From        []string          `json:"from"`                  // teams, roles, or "person:ada": any of them may answer
	Quorum      int               `json:"quorum"`                // so many different people must agree
	Excluded    map[string]string `json:"excluded,omitempty"`    // person -> why they may not answer
	FourEyes    bool              `json:"fourEyes,omitempty"`    // who asked may not answer
	AskedBy     machine.Actor     `json:"askedBy,omitzero"`
	Schema      json.RawMessage   `json:"schema,omitempty"`   // JSON Schema of a form's answer
	Expire      time.Duration     `json:"expire,omitempty"`   // how long an answer counts; 0: for ever
	Standing    bool              `json:"standing,omitempty"` // it does not end at its quorum, only when it is closed: a gate counts the answers again and again
	Deadline    time.Time         `json:"deadline,omitzero"`  // it ends as expired
	Escalation  []Step            `json:"escalation,omitempty"`
	Repeat      int               `json:"repeat,omitempty"` // how many times the steps are gone through once more
}

// Step of an escalation; see escalate.Step.
type Step = escalate.Step

// Events of a task, with their data. Besides these it takes "timer" and "message.refused".
const (
	EventOpened    = "task.opened"    // Ask: the first event
	EventAnswered  = "task.answered"  // Answer; facts: Facts
	EventWithdrawn = "task.withdrawn" // Withdrawal: who answered takes it back
	EventClaimed   = "task.claimed"   // Claim; facts: Facts
	EventDelegated = "task.delegated" // Delegation; facts: Facts
	EventRebound   = "task.rebound"   // Rebound: what it is about changed; earlier answers count no more
	EventVoided    = "task.voided"    // Voided: an answer counts no more because of who gave it
	EventClosed    = "task.closed"    // Closed: nobody needs it any more
)

// Answer is what a person says.
type Answer struct {
	Decision string          `json:"decision"` // "approve", "reject" or "submit" (of a form)
	Comment  string          `json:"comment,omitempty"`
	Value    json.RawMessage `json:"value,omitempty"` // of a form
	// Digests is what the person saw. It must be what the task is bound to now.
	Digests map[string]string `json:"digests,omitempty"`
}

// Facts say who the actor of an event is, as it was when they acted.
type Facts struct {
	Person string   `json:"person"`           // account; empty: nobody who may answer
	Same   []string `json:"same,omitempty"`   // other accounts that share an address with it: the same human, for all that is known
	Groups []string `json:"groups,omitempty"` // of Ask.From and the delegates: those that it is in
	Via    string   `json:"via,omitempty"`    // token that was used; empty: a session
	To     []string `json:"to,omitempty"`     // of a delegation: who it goes to, and all accounts that share an address with it; empty: nobody who may act
	// ToGroups are those of Ask.From that the one it is handed to is in.
	ToGroups []string `json:"toGroups,omitempty"`
	// Gone has people whose answers count no more, with the reason: they left, lost their
	// right, or turned out to be somebody who may not answer.
	Gone map[string]string `json:"gone,omitempty"`
	// Guards hold the step to what these facts were made from.
	Guards []machine.Guard `json:"guards,omitempty"`
}

// Withdrawal, Claim, Delegation, Rebound, Voided and Closed are the data of events.
type (
	Withdrawal struct {
		Comment string `json:"comment,omitempty"`
	}
	Claim struct {
		Release bool `json:"release,omitempty"` // gives it back
	}
	Delegation struct {
		To      string `json:"to"` // person
		Comment string `json:"comment,omitempty"`
	}
	// Rebound leaves as it is what is not set; a set Excluded, also an empty one, replaces.
	Rebound struct {
		Digests  map[string]string `json:"digests,omitempty"`
		Excluded map[string]string `json:"excluded"`
		Quorum   int               `json:"quorum,omitempty"`
		From     []string          `json:"from,omitempty"`
		Text     string            `json:"text,omitempty"`
	}
	Voided struct {
		Person string `json:"person"`
		Reason string `json:"reason"`
	}
	Closed struct {
		Reason string `json:"reason"`
	}
)

// Ended is what the subject of a task is told when it ends.
type Ended struct {
	Task    string  `json:"task"`
	Outcome Status  `json:"outcome"`
	Given   []Given `json:"given,omitempty"`
	Reason  string  `json:"reason,omitempty"`
}

// Status is how a task stands.
type Status string

// The statuses. Those from Approved on are final, but of a Standing task.
const (
	Open     Status = "open"
	Approved Status = "approved"
	Rejected Status = "rejected"
	Expired  Status = "expired"
	Done     Status = "closed"
)

// The decisions of an answer.
const (
	Approve = "approve"
	Reject  = "reject"
	Submit  = "submit" // of a form
)

// Given is an answer as the task keeps it.
type Given struct {
	Person   string            `json:"person"`
	Via      string            `json:"via,omitempty"`
	Decision string            `json:"decision"`
	Comment  string            `json:"comment,omitempty"`
	Value    json.RawMessage   `json:"value,omitempty"`
	At       time.Time         `json:"at"`
	Digests  map[string]string `json:"digests,omitempty"`
	Void     string            `json:"void,omitempty"` // why it counts no more
}

// State is a task.
type State struct {
	Ask
	Status    Status    `json:"status"`
	OpenedAt  time.Time `json:"openedAt"`
	EndedAt   time.Time `json:"endedAt,omitzero"`
	Reason    string    `json:"reason,omitempty"` // why it ended so
	Given     []Given   `json:"given,omitempty"`
	Claimed   string    `json:"claimed,omitempty"`   // by whom; meanwhile nobody else is told
	ClaimedAt time.Time `json:"claimedAt,omitzero"`  //
	Delegates []string  `json:"delegates,omitempty"` // people who may answer besides From
	// DelegatedBy has for each of Delegates who handed it on.
	DelegatedBy map[string]string `json:"delegatedBy,omitempty"`
	Since       time.Time         `json:"since"`          // when it last began to wait for answers; the escalation counts from here
	Told        int               `json:"told,omitempty"` // steps of the escalation that were taken since, over all rounds
	Notices     int               `json:"notices,omitempty"`
}
