package alert

import (
	"fmt"
	"strconv"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
)

// Severity is how much an alert matters.
type Severity string

// The severities.
const (
	Page   Severity = "page"   // somebody must look at it now
	Ticket Severity = "ticket" // somebody must look at it in the next days
)

// TaskName is the name of the task of the n-th alert of a flow in an environment.
func TaskName(environment, flow string, n int64) string {
	return fmt.Sprintf("alert.%s.%s.%d", environment, flow, n)
}

// MachineID is the identity of the n-th alert of a flow in an environment.
func MachineID(environment, flow string, n int64) string {
	return machine.ID("alert", environment, flow, strconv.FormatInt(n, 10))
}

// Events of an alert, with their data. Besides these it takes "timer", "message.refused" and
// the outcomes of its effect notify.EffectNotice.
const (
	EventFired        = "alert.fired"        // Fired: the first event
	EventResolved     = "alert.resolved"     // Resolved
	EventAcknowledged = "alert.acknowledged" // task.Ended: the reply of its task
)

// Fired says what is wrong, and who is told.
type Fired struct {
	Number      int64       `json:"number"`
	Flow        string      `json:"flow"`
	Environment string      `json:"environment"`
	Criticality string      `json:"criticality,omitempty"`
	Objective   string      `json:"objective"`
	Severity    Severity    `json:"severity"`
	Title       string      `json:"title"` // one line
	Text        string      `json:"text,omitempty"`
	Runbook     string      `json:"runbook,omitempty"`
	Team        string      `json:"team,omitempty"` // that is told, and may answer; empty: operators
	Steps       []task.Step `json:"steps,omitempty"`
	Repeat      int         `json:"repeat,omitempty"`
}

// Resolved says why it is over.
type Resolved struct {
	Reason string `json:"reason"`
}

// Version is the version of State.
const Version = 1

// Status is how an alert stands.
type Status string

// The statuses.
const (
	Firing       Status = "firing"
	Acknowledged Status = "acknowledged"
	Done         Status = "resolved"
)

// State is an alert.
type State struct {
	Fired
	Status     Status    `json:"status"`
	FiredAt    time.Time `json:"firedAt"`
	By         string    `json:"by,omitempty"` // person who took it on
	ByAt       time.Time `json:"byAt,omitzero"`
	Comment    string    `json:"comment,omitempty"` // of theirs
	ResolvedAt time.Time `json:"resolvedAt,omitzero"`
	Reason     string    `json:"reason,omitempty"` // why it is over
	Task       string    `json:"task"`
	Problem    string    `json:"problem,omitempty"` // what could not be done about it
	Retry      time.Time `json:"retry,omitzero"`    // when the task is opened again that could not be
}
