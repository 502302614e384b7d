package task

import (
	"slices"
	"strings"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// Barred is the refusal of somebody who may not answer whatever rights they hold: they wrote
// the change, or asked for it. Its code is fault.Denied.
type Barred struct {
	Person string
	Err    *fault.Error
}

// Error gives the text.
func (b *Barred) Error() string { return b.Err.Error() }

// Unwrap gives the fault.
func (b *Barred) Unwrap() error { return b.Err }

// Account is the account behind an actor: a person's, or that of a token's owner. Empty:
// there is none, and nothing that the actor says counts as a person's.
func Account(a machine.Actor) string {
	switch a.Kind {
	case "person":
		return a.Name
	case "token":
		if owner, _, ok := strings.Cut(a.Name, "/"); ok {
			return owner
		}
	}
	return ""
}

// MayAnswer says why somebody may not answer now; nil: they may.
func (s State) MayAnswer(f Facts) error {
	if s.over() {
		return s.ended()
	}
	if f.Person == "" {
		return fault.New(fault.Denied, "only people answer tasks")
	}
	if err := s.asked(f); err != nil {
		return err
	}
	return s.unanswered(f)
}

// asked wants somebody to be one of those who are asked.
func (s State) asked(f Facts) error {
	for _, account := range append([]string{f.Person}, f.Same...) {
		if why := s.bars(account); why != "" {
			if account != f.Person {
				why = account + ", who shares an address with them, may not: " + why
			}
			return &Barred{Person: f.Person, Err: fault.New(fault.Denied, "%s may not answer the task %s: %s", f.Person, s.Name, why).
				WithHint("somebody else must: slipway task show %s", s.Name)}
		}
	}
	if slices.Contains(s.Delegates, f.Person) || slices.ContainsFunc(s.From, func(group string) bool {
		return group == "person:"+f.Person || slices.Contains(f.Groups, group)
	}) {
		return nil
	}
	return fault.New(fault.Denied, "%s is not asked by the task %s: it is for %s", f.Person, s.Name, strings.Join(s.From, ", ")).
		WithHint("one of them may hand it on: slipway task delegate %s %s", s.Name, f.Person)
}

// bars says why an account may not answer whatever group it is in; empty: nothing does.
func (s State) bars(account string) string {
	if why, ok := s.Excluded[account]; ok {
		if why == "" {
			why = "they are excluded"
		}
		return why
	}
	if s.FourEyes && account == Account(s.AskedBy) {
		return "they asked for it"
	}
	return ""
}

// unanswered refuses a second answer of the same human.
func (s State) unanswered(f Facts) error {
	for _, g := range s.Given {
		switch {
		case g.Void != "":
		case g.Person == f.Person:
			return fault.New(fault.Refused, "%s has answered the task %s already: %s", f.Person, s.Name, g.Decision).
				WithHint("take that back first: slipway task withdraw %s", s.Name)
		case slices.Contains(f.Same, g.Person):
			return fault.New(fault.Refused, "%s, who shares an address with %s, has answered the task %s already", g.Person, f.Person, s.Name).
				WithHint("two accounts with the same address count as one person")
		}
	}
	return nil
}
