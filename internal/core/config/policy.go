package config

import (
	"fmt"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// PolicyID is the identity of the one machine that makes a step whenever something that
// governs changes in force. A guard on it holds a decision to the rules that it was made by.
const PolicyID = "policy/current"

// EventPolicyChanged tells that machine of a change. Its data is a PolicyChange.
const EventPolicyChanged = "policy.changed"

// PolicyVersion is the version of PolicyState.
const PolicyVersion = 1

// PolicyChange says what changed in force.
type PolicyChange struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Digest string `json:"digest,omitempty"` // of what is in force now; empty: it is there no more
	Task   string `json:"task,omitempty"`   // by which it was approved; empty: nobody was asked
}

// PolicyState counts the changes, and has the last one.
type PolicyState struct {
	Changes int64        `json:"changes"`
	Last    PolicyChange `json:"last"`
	At      time.Time    `json:"at"` // of the last one
}

// Policy is the machine of the rules in force.
type Policy struct{}

var _ machine.Machine[PolicyState] = Policy{}

// Step counts a change.
func (Policy) Step(s PolicyState, e machine.Event) (machine.Next[PolicyState], error) {
	if e.Type != EventPolicyChanged {
		return machine.Next[PolicyState]{}, fault.New(fault.Invalid, "the rules in force take no %s", e.Type)
	}
	return with(e, func(c PolicyChange) (machine.Next[PolicyState], error) {
		return machine.Next[PolicyState]{State: PolicyState{Changes: s.Changes + 1, Last: c, At: e.At}}, nil
	})
}

// Desired gives nothing.
func (Policy) Desired(PolicyState) []machine.Desired { return nil }

// Summary gives its row.
func (Policy) Summary(s PolicyState) machine.Summary {
	return machine.Summary{Status: "current", Title: s.Last.Kind + " " + s.Last.Name, Done: true}
}

// Upgrade reads states of older versions, of which there are none.
func (Policy) Upgrade(from int, _ []byte) (PolicyState, error) {
	return PolicyState{}, fmt.Errorf("the state of the rules in force of version %d", from)
}
