package glass

import (
	"time"

	"slipway.dev/internal/core/gate"
)

// Version is the version of State.
const Version = 1

// Status is how a glass stands.
type Status string

// The statuses. In those from Withdrawn on another may be asked for.
const (
	Waiting   Status = "waiting"   // for a second person
	Open      Status = "open"      //
	Review    Status = "review"    // it was open; somebody else must look at it
	Withdrawn Status = "withdrawn" // it never was open
	Reviewed  Status = "reviewed"
)

// State is the latest glass of a target. Those before are in the journal.
type State struct {
	Target
	Number      int64      `json:"number,omitempty"`
	Status      Status     `json:"status,omitempty"`
	Criterion   string     `json:"criterion,omitempty"`
	Reason      string     `json:"reason,omitempty"`
	Policy      gate.Glass `json:"policy,omitzero"`
	By          string     `json:"by,omitempty"`        // person who asked for it
	Confirmed   string     `json:"confirmed,omitempty"` // person who confirmed it; empty: the criterion needs nobody
	Same        []string   `json:"same,omitempty"`      // other accounts of these two
	RequestedAt time.Time  `json:"requestedAt,omitzero"`
	OpenedAt    time.Time  `json:"openedAt,omitzero"`
	Until       time.Time  `json:"until,omitzero"` // waiting: must be confirmed by then; open: it closes by itself
	EndedAt     time.Time  `json:"endedAt,omitzero"`
	Ended       string     `json:"ended,omitempty"` // how: for a person
	Used        []Used     `json:"used,omitempty"`
	Task        string     `json:"task,omitempty"`     // of the review
	ReviewBy    time.Time  `json:"reviewBy,omitzero"`  //
	Overdue     bool       `json:"overdue,omitempty"`  // it was not reviewed in time
	Reviewer    string     `json:"reviewer,omitempty"` // person
	Finding     string     `json:"finding,omitempty"`  // "approved", or "rejected": it should not have been broken
	Comment     string     `json:"comment,omitempty"`  // of the reviewer
	ReviewedAt  time.Time  `json:"reviewedAt,omitzero"`
	Problem     string     `json:"problem,omitempty"` // what could not be done about it
	Retry       time.Time  `json:"retry,omitzero"`    // when it is tried again
}

// Used is a deployment that went in.
type Used struct {
	Deployment string    `json:"deployment"`
	Release    string    `json:"release"`
	At         time.Time `json:"at"`
}

// ID is the identity of the glass.
func (s State) ID() string { return ID(s.Target, s.Number) }

// OpenAt says whether a release may go in by it at a time.
func (s State) OpenAt(now time.Time) bool { return s.Status == Open && now.Before(s.Until) }

// Blocks says whether another must wait: this one is not reviewed, or not even over.
func (s State) Blocks() bool { return s.Status == Waiting || s.Status == Open || s.Status == Review }
