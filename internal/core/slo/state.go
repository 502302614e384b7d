package slo

import (
	"cmp"
	"math"
	"slices"
	"time"

	"slipway.dev/internal/core/alert"
)

// Version is the version of State.
const Version = 1

// Removed is the status of the machine of a flow that is not there any more.
const Removed = "removed"

// State is how a flow's objectives stand in an environment.
type State struct {
	Flow        string     `json:"flow,omitempty"`
	Environment string     `json:"environment,omitempty"`
	Criticality string     `json:"criticality,omitempty"`
	Team        string     `json:"team,omitempty"`
	Removed     bool       `json:"removed,omitempty"`
	Since       time.Time  `json:"since,omitzero"` // it has stood like this: the worst state
	Objectives  []Standing `json:"objectives,omitempty"`
	Number      int64      `json:"number,omitempty"` // of the last alert
	Pages       []Page     `json:"pages,omitempty"`  // the last ones, the oldest first
	Problem     string     `json:"problem,omitempty"`
}

// Standing is how an objective stands, with the figures of when it last changed.
type Standing struct {
	Seen
	Since time.Time `json:"since"` // it has had this state
	Alert *Raised   `json:"alert,omitempty"`
}

// Raised is an alert that is not over.
type Raised struct {
	Number   int64          `json:"number"` // see alert.MachineID
	Severity alert.Severity `json:"severity"`
	Since    time.Time      `json:"since"`
}

// Page is an alert that woke people.
type Page struct {
	Number    int64     `json:"number"`
	Objective string    `json:"objective"`
	From      time.Time `json:"from"`
	Until     time.Time `json:"until,omitzero"` // zero: it is not over
}

// mostPages bounds how many are kept.
const mostPages = 100

// Worst gives the objective that stands worst; false: there is none.
func (s State) Worst() (Standing, bool) {
	if len(s.Objectives) == 0 || s.Removed {
		return Standing{}, false
	}
	return slices.MaxFunc(s.Objectives, func(a, b Standing) int {
		return cmp.Compare(slices.Index(order, a.State), slices.Index(order, b.State))
	}), true
}

// Held gives what of an objective decides about its next status.
func (s State) Held(objective string) Held {
	i := slices.IndexFunc(s.Objectives, func(o Standing) bool { return o.Name == objective })
	if i < 0 || s.Removed {
		return Held{}
	}
	h := Held{Exhausted: s.Objectives[i].State == Exhausted}
	for _, f := range s.Objectives[i].Firing {
		h.Firing = append(h.Firing, f.Name())
	}
	return h
}

// Recovery is the mean time from a page to its end, over those pages that ended in a span of
// time. Pages that overlap are one failure of the flow. 0 failures: there is nothing to say.
func (s State) Recovery(from, until time.Time) (mean time.Duration, failures int) {
	var spans []Span
	for _, p := range s.Pages {
		if !p.Until.IsZero() {
			spans = append(spans, Span{From: p.From, Until: p.Until})
		}
	}
	var sum time.Duration
	for _, f := range Merge(spans) {
		if !f.Until.Before(from) && !f.Until.After(until) {
			sum += f.Until.Sub(f.From)
			failures++
		}
	}
	if failures > 0 {
		mean = sum / time.Duration(failures)
	}
	return mean, failures
}

// step is the part of a budget that must come or go to be worth an entry.
const step = 0.1

// Changes says whether what is observed changes anything.
func (s State) Changes(o Observed) bool {
	if s.Flow == "" {
		return !o.Removed // nobody needs to know of one that never was
	}
	if s.Removed || o.Removed {
		return s.Removed != o.Removed
	}
	same := s.Criticality == o.Criticality && s.Team == o.Team && slices.EqualFunc(s.Objectives, o.Objectives, func(a Standing, b Seen) bool {
		return a.Name == b.Name && a.Target == b.Target && a.Bound == b.Bound && a.Window == b.Window && a.State == b.State && a.Reason == b.Reason &&
			math.Abs(max(-1, a.Budget)-max(-1, b.Budget)) < step-1e-9 &&
			slices.EqualFunc(a.Firing, b.Firing, func(x, y Firing) bool { return x.Name() == y.Name() })
	})
	return !same
}
