package task

import (
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/escalate"
	"slipway.dev/internal/core/fault"
)

// Limits of a task. Texts are in bytes.
const (
	maxTitle   = 300
	maxText    = 16 << 10
	maxComment = 2000
	maxValue   = 16 << 10 // of a form
	maxQuorum  = 1000
	maxFrom    = 100
	maxGiven   = 2000 // answers that are kept; of those that are void, the oldest go
)

// open begins a task, also once more after it has ended.
func (s State) open(a Ask, at time.Time) (next, error) {
	if s.Status != "" && !s.over() {
		return next{}, fault.New(fault.Refused, "the task %q is %s already", s.Title, s.Status)
	}
	if problem := a.problem(at); problem != "" {
		return next{}, fault.New(fault.Invalid, "a task cannot be opened: %s", problem)
	}
	way := a.way().Sorted()
	a.Escalation = way.Steps
	opened := State{Ask: a, Status: Open, OpenedAt: at, Notices: s.Notices}
	return outcome{State: opened.wait(at)}.finish(opened, at), nil
}

// problem says what is wrong with a question; empty: nothing.
func (a Ask) problem(at time.Time) string {
	switch {
	case a.Name == "" || len(a.Name) > 300 || strings.ContainsAny(a.Name, "/\n"):
		return "it needs a name without a slash, as in its machine's identity"
	case !slices.Contains([]Kind{Approval, Review, Form, SignOff, Acceptance, Access, Alert}, a.Kind):
		return "there is no kind " + string(a.Kind)
	case strings.TrimSpace(a.Title) == "" || len(a.Title) > maxTitle:
		return "it needs a title of at most 300 bytes"
	case len(a.Text) > maxText:
		return "its text is longer than 16 KiB"
	case a.Subject == "":
		return "it names no machine that it is about"
	case len(a.From) == 0 || len(a.From) > maxFrom || slices.ContainsFunc(a.From, blank):
		return "it does not say who may answer"
	case a.Quorum < 1 || a.Quorum > maxQuorum:
		return "at least one person must answer, and at most 1000"
	case !a.Deadline.IsZero() && !a.Deadline.After(at):
		return "its deadline has passed"
	case a.Expire < 0:
		return "answers cannot expire before they are given"
	case a.Kind == Form && len(a.Schema) == 0:
		return "a form needs a schema"
	}
	if problem := a.way().Problem(); problem != "" {
		return problem
	}
	return schemaProblem(a.Schema)
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

func (a Ask) way() escalate.Way { return escalate.Way{Steps: a.Escalation, Repeat: a.Repeat} }

// line makes text one line.
func line(s string) string { return strings.Trim(strings.Join(strings.Fields(s), " "), "; ") }
