package model

import (
	"encoding/json"
	"time"
)

// Resource is what a manifest declared, with the one source that owns it.
type Resource struct {
	Kind   string          `json:"kind"`
	Name   string          `json:"name"`
	Team   string          `json:"team,omitempty"`
	Source string          `json:"source"`
	Digest string          `json:"digest"`
	Spec   json.RawMessage `json:"spec,omitempty"`

	Proposed *Proposal `json:"proposed,omitempty"` // change that must be approved first
	Refused  *Proposal `json:"refused,omitempty"`  // change that its source wanted last and that was not approved
}

// Proposal is a change of a resource that decides who may do what, and so must be approved.
type Proposal struct {
	Action string    `json:"action"` // create, update, delete
	Digest string    `json:"digest,omitempty"`
	Task   string    `json:"task"` // name of the task about it
	Text   string    `json:"text"` // how it stands, for a person
	By     string    `json:"by,omitempty"`
	At     time.Time `json:"at"`
}

// SecretValue is a secret's new value on its way in. In JSON it is base64.
type SecretValue struct {
	Value []byte `json:"value"`
}

// CheckRequest brings manifest files to be checked; nothing is changed.
type CheckRequest struct {
	Files []File `json:"files"`
}
