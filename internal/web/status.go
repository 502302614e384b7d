package web

import (
	"strings"

	"slipway.dev/internal/core/deploy"
)

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

var statuses = map[deploy.Phase]status{
	deploy.Requested:      {"Requested", "dots", busy},
	deploy.Waiting:        {"Waiting", "pause", warn},
	deploy.Preparing:      {"Preparing", "dots", busy},
	deploy.Checking:       {"Checking", "dots", busy},
	deploy.Shifting:       {"Shifting", "dots", busy},
	deploy.Observing:      {"Observing", "dots", busy},
	deploy.Completed:      {"Live", "check", good},
	deploy.RollingBack:    {"Rolling back", "back", warn},
	deploy.RolledBack:     {"Rolled back", "back", warn},
	deploy.RollbackFailed: {"Rollback failed", "cross", bad},
	deploy.Held:           {"Needs a decision", "hand", bad},
	deploy.Failed:         {"Failed", "cross", bad},
	deploy.Aborted:        {"Aborted", "back", warn},
	deploy.Superseded:     {"Superseded", "dots", quiet},
}

// statusOf gives how a lane's status is shown. An idle lane is live if something serves. A
// status that this page does not know is shown by its own word.
func statusOf(word string, serving bool) status {
	idle := word == "" || word == "idle" || word == "empty"
	switch s, known := statuses[deploy.Phase(word)]; {
	case known:
		return s
	case idle && serving:
		return statuses[deploy.Completed]
	case idle:
		return status{"Nothing yet", "none", quiet}
	default:
		return status{strings.ToUpper(word[:1]) + word[1:], "dots", busy}
	}
}
