package model

import "time"

// GlassRequest asks to break the glass: of a service's gate in an environment, or of a
// critical system.
type GlassRequest struct {
	Service     string `json:"service,omitempty"`
	Environment string `json:"environment,omitempty"`
	System      string `json:"system,omitempty"`
	Criterion   string `json:"criterion"` // one of those that the manifest lists
	Reason      string `json:"reason"`
}

// Glass is a break-glass: an emergency in which a gate does not hold, or a system may be got
// into.
type Glass struct {
	ID          string    `json:"id"`
	Service     string    `json:"service,omitempty"`
	Environment string    `json:"environment,omitempty"`
	System      string    `json:"system,omitempty"`
	Status      string    `json:"status"` // waiting (for a second person), open, review, withdrawn, reviewed
	Criterion   string    `json:"criterion"`
	Reason      string    `json:"reason"`
	By          string    `json:"by"`
	Confirmed   string    `json:"confirmed,omitempty"` // by whom
	RequestedAt time.Time `json:"requestedAt"`
	Until       time.Time `json:"until,omitzero"` // it must be confirmed, or is open, until then
	Used        []string  `json:"used"`           // deployments
	Task        string    `json:"task,omitempty"` // of the review
	ReviewBy    time.Time `json:"reviewBy,omitzero"`
	Overdue     bool      `json:"overdue,omitempty"`
	Reviewer    string    `json:"reviewer,omitempty"`
	Finding     string    `json:"finding,omitempty"` // approved, or rejected: it should not have been broken
	Ended       string    `json:"ended,omitempty"`
}

// GlassClose ends a break-glass early.
type GlassClose struct {
	Reason string `json:"reason,omitempty"`
}
