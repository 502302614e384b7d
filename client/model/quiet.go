package model

import "time"

// QuietWindow is a proposal of when releases may come into an environment: when it has the
// least traffic.
type QuietWindow struct {
	Environment string    `json:"environment"`
	Known       bool      `json:"known"` // enough was counted to propose one
	Reason      string    `json:"reason"`
	Window      *Window   `json:"window,omitempty"`
	Manifest    string    `json:"manifest,omitempty"` // YAML for the spec of the Environment
	Since       time.Time `json:"since,omitzero"`     // it was begun to count; zero: nothing was counted
	Requests    uint64    `json:"requests"`           // since then
	Watched     int       `json:"watched"`            // hours of the week of which something is known, of 168
}

// Window is a span of the day on some days of the week, as in a manifest.
type Window struct {
	Weekdays string `json:"weekdays,omitempty"` // "mon-thu, sat"; empty: every day
	From     string `json:"from"`               // "03:00"
	To       string `json:"to"`
	Zone     string `json:"zone,omitempty"` // empty: UTC
}
