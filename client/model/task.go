package model

import (
	"encoding/json"
	"time"
)

// Task is something that people must decide or fill in.
type Task struct {
	Name        string            `json:"name"` // of an approval: the deployment, "tickets.prod.12"
	Kind        string            `json:"kind"` // approval, review, form, signOff, acceptance or access
	Title       string            `json:"title"`
	Text        string            `json:"text,omitempty"`
	Service     string            `json:"service,omitempty"`
	Team        string            `json:"team,omitempty"`
	Environment string            `json:"environment,omitempty"`
	Status      string            `json:"status"`            // open, approved, rejected, expired or closed
	Reason      string            `json:"reason,omitempty"`  // why it is so
	Digests     map[string]string `json:"digests,omitempty"` // what an answer is for; an answer must name them
	From        []string          `json:"from"`              // teams, roles or "person:ada": who is asked
	Quorum      int               `json:"quorum"`            // so many must agree
	Agreed      int               `json:"agreed"`            // so many do
	Answers     []TaskGiven       `json:"answers,omitempty"`
	Excluded    map[string]string `json:"excluded,omitempty"` // person -> why they may not answer
	FourEyes    bool              `json:"fourEyes,omitempty"` // who asked may not answer
	AskedBy     string            `json:"askedBy,omitempty"`
	Claimed     string            `json:"claimed,omitempty"`
	Delegates   []string          `json:"delegates,omitempty"` // people that it was handed on to
	Schema      json.RawMessage   `json:"schema,omitempty"`    // JSON Schema of what is to be filled in
	OpenedAt    time.Time         `json:"openedAt"`
	EndedAt     time.Time         `json:"endedAt,omitzero"`
	Deadline    time.Time         `json:"deadline,omitzero"`
	Expires     float64           `json:"expiresSeconds,omitempty"` // how long an answer counts; 0: for ever
	Mine        bool              `json:"mine"`                     // whoever asks for it may answer it now
	WhyNot      string            `json:"whyNot,omitempty"`         // why they may not
}

// TaskGiven is an answer that was given.
type TaskGiven struct {
	Person   string          `json:"person"`
	Via      string          `json:"via,omitempty"` // token that was used
	Decision string          `json:"decision"`
	Comment  string          `json:"comment,omitempty"`
	Value    json.RawMessage `json:"value,omitempty"`
	At       time.Time       `json:"at"`
	Void     string          `json:"void,omitempty"` // why it counts no more
}

// TasksQuery says which tasks to list.
type TasksQuery struct {
	Mine        bool // only those that whoever asks may answer now
	All         bool // also those that are decided
	Service     string
	Environment string
	Limit       int // 0: 200
}

// TaskAnswer is what a person says.
type TaskAnswer struct {
	Decision string            `json:"decision" enum:"approve,reject,submit"`
	Comment  string            `json:"comment,omitempty"`
	Value    json.RawMessage   `json:"value,omitempty"`   // what was filled in
	Digests  map[string]string `json:"digests,omitempty"` // of the task as the person saw it
}

// TaskClaim takes a task on, or gives it back.
type TaskClaim struct {
	Release bool `json:"release,omitempty"`
}

// TaskDelegation lets one more person answer.
type TaskDelegation struct {
	To      string `json:"to"`
	Comment string `json:"comment,omitempty"`
}

// TaskWithdrawal takes an answer back.
type TaskWithdrawal struct {
	Comment string `json:"comment,omitempty"`
}
