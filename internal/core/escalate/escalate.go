// Package escalate says who is told next while nobody answers, and when.
//
//	since ── steps[0].After ─▶ told ── steps[1].After ─▶ told … end of the round ─▶ once more, as often as Repeat says
//
// It counts the steps that were taken, over all rounds; that number and the time at which the
// waiting began are all that there is to remember.
package escalate

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/manifest"
)

// Step says whom to tell, so long after the waiting (or the round) began. Whom a team's
// on-call list names is looked up when it is sent.
type Step struct {
	After time.Duration `json:"after"`
	Tell  []string      `json:"tell"` // "team:ops", "onCall:ops", "role:approver" or "person:ada"
}

// Way is an ordered way through people: the steps, by their After, and how many times they
// are gone through once more.
type Way struct {
	Steps  []Step
	Repeat int
}

// Limits of a way.
const (
	MaxSteps  = 20
	MaxRepeat = 20
	MaxAfter  = 366 * 24 * time.Hour
)

// Of reads a team's escalation from its manifest. A team that says nothing has its members
// told at once.
func Of(team string, e manifest.Escalation) Way {
	if len(e.Steps) == 0 {
		return Way{Steps: []Step{{Tell: []string{"team:" + team}}}}
	}
	w := Way{Repeat: e.Repeat}
	for _, s := range e.Steps {
		step := Step{After: s.After.Value()}
		for _, t := range s.Tell {
			step.Tell = append(step.Tell, group(team, string(t)))
		}
		w.Steps = append(w.Steps, step)
	}
	return w.Sorted()
}

// group names whom a team's word "onCall" or "members" means.
func group(team, word string) string {
	switch word {
	case "onCall":
		return "onCall:" + team
	case "members":
		return "team:" + team
	}
	return word
}

// Sorted gives the way with its steps in the order of their time.
func (w Way) Sorted() Way {
	w.Steps = slices.Clone(w.Steps)
	slices.SortStableFunc(w.Steps, func(a, b Step) int { return cmp.Compare(a.After, b.After) })
	return w
}

// Problem says what is wrong with a way; empty: nothing.
func (w Way) Problem() string {
	switch {
	case len(w.Steps) > MaxSteps:
		return "an escalation has at most 20 steps"
	case w.Repeat < 0 || w.Repeat > MaxRepeat:
		return "an escalation is repeated at most 20 times"
	case slices.ContainsFunc(w.Steps, func(s Step) bool { return s.After < 0 || s.After > MaxAfter }):
		return "a step of an escalation comes after at most a year"
	case slices.ContainsFunc(w.Steps, func(s Step) bool { return len(s.Tell) == 0 || slices.ContainsFunc(s.Tell, blank) }):
		return "a step of an escalation tells nobody"
	}
	return ""
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// shortest is how long a round lasts at least after its last step.
const shortest = 15 * time.Minute

// round is how long a round lasts: after its last step as long as between that and the one
// before it.
func (w Way) round() time.Duration {
	last := w.Steps[len(w.Steps)-1].After
	gap := last
	if n := len(w.Steps); n > 1 {
		gap -= w.Steps[n-2].After
	}
	return last + max(gap, shortest)
}

// total is how many steps there are over all rounds.
func (w Way) total() int { return len(w.Steps) * (w.Repeat + 1) }

// at is when a step is due, counted over all rounds.
func (w Way) at(since time.Time, n int) time.Time {
	for range n / len(w.Steps) {
		since = since.Add(w.round())
	}
	return since.Add(w.Steps[n%len(w.Steps)].After)
}

// Next gives the time at which the next step is due, when told of them were taken. Not ok:
// there is none.
func (w Way) Next(since time.Time, told int) (at time.Time, ok bool) {
	if told < 0 || told >= w.total() {
		return time.Time{}, false
	}
	return w.at(since, told), true
}

// Due gives all who are to be told by now, in order and each once, and how many steps were
// taken then. Steps that were missed, for instance while nothing ran, are taken together.
func (w Way) Due(since time.Time, told int, now time.Time) (tell []string, after int) {
	for told >= 0 && told < w.total() && !w.at(since, told).After(now) {
		for _, t := range w.Steps[told%len(w.Steps)].Tell {
			if !slices.Contains(tell, t) {
				tell = append(tell, t)
			}
		}
		told++
	}
	return tell, told
}
