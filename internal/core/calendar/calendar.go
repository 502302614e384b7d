// Package calendar says when something may happen: windows of the week and freezes, each in
// a time zone with its summer time. It reads no clock: the time is given.
package calendar

import "time"

// Window is a span of the day on some days of the week, in a time zone. A span whose To is
// not after its From goes past midnight; it belongs to the day on which it begins.
type Window struct {
	Weekdays []time.Weekday `json:"weekdays,omitempty"` // empty: every day
	From     Clock          `json:"from"`
	To       Clock          `json:"to"`
	Zone     string         `json:"zone,omitempty"` // IANA name; empty: UTC
}

// Clock is a time of day in minutes after midnight, from 0 to 1440.
type Clock int

// Freeze is a span of time in which nothing goes in.
type Freeze struct {
	Name   string    `json:"name"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"`
	Reason string    `json:"reason,omitempty"`
}
