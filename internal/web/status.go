package web

import "strings"

// tone is how much a status asks of whoever looks.
type tone string

const (
	quiet tone = "quiet" // nothing there
	good  tone = "good"  // as it should be
	busy  tone = "busy"  // moving by itself
	warn  tone = "warn"  // going back, or waiting
	bad   tone = "bad"   // a person is needed
)

// status is a lane's status as people are shown it: never by colour alone.
type status struct {
	Word string
	Icon string // of icon.templ
	Tone tone
}

var statuses = map[string]status{
	"requested":      {"Requested", "dots", busy},
	"waiting":        {"Waiting", "pause", warn},
	"preparing":      {"Preparing", "dots", busy},
	"checking":       {"Checking", "dots", busy},
	"shifting":       {"Shifting", "dots", busy},
	"observing":      {"Observing", "dots", busy},
	"completed":      {"Live", "check", good},
	"rollingBack":    {"Rolling back", "back", warn},
	"rolledBack":     {"Rolled back", "back", warn},
	"rollbackFailed": {"Rollback failed", "cross", bad},
	"held":           {"Needs a decision", "hand", bad},
	"failed":         {"Failed", "cross", bad},
	"aborted":        {"Aborted", "back", warn},
	"superseded":     {"Superseded", "dots", quiet},
}

// statusOf gives how a lane's status is shown. An idle lane is live if something serves. A
// status that this page does not know is shown by its own word.
func statusOf(word string, serving bool) status {
	idle := word == "" || word == "idle"
	switch s, known := statuses[word]; {
	case known:
		return s
	case idle && serving:
		return statuses["completed"]
	case idle:
		return status{"Nothing yet", "none", quiet}
	default:
		return status{strings.ToUpper(word[:1]) + word[1:], "dots", busy}
	}
}
