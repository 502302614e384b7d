package task

import (
	"maps"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
)

// claimHolds is how long a claim keeps others from being told.
const claimHolds = time.Hour

// Limits of handing on.
const (
	maxChain     = 3 // from one who is asked, over so many
	maxDelegates = 20
)

// claim takes a task on, or gives it back. Others may answer it all the same.
func (s State) claim(c Claim, f Facts, at time.Time) (State, error) {
	if c.Release {
		if s.Claimed != f.Person {
			return s, fault.New(fault.Refused, "%s has not claimed the task %s", f.Person, s.Name)
		}
		return s.unclaimed(), nil
	}
	if err := s.asked(f); err != nil {
		return s, err
	}
	if s.Claimed != "" && s.Claimed != f.Person {
		return s, fault.New(fault.Refused, "%s has claimed the task %s", s.Claimed, s.Name).WithHint("it can be answered all the same")
	}
	s.Claimed, s.ClaimedAt = f.Person, at
	return s, nil
}

func (s State) unclaimed() State {
	s.Claimed, s.ClaimedAt = "", time.Time{}
	return s
}

// delegate lets one more person answer. For an approval that must be one of those who may
// approve, for only they count at the gate: they are told once more.
func (s State) delegate(d Delegation, f Facts, _ time.Time) (State, error) {
	if err := s.asked(f); err != nil {
		return s, err
	}
	switch {
	case len(f.To) == 0:
		return s, fault.New(fault.Refused, "there is nobody %q who could answer", d.To).WithHint("slipway user list")
	case !slices.Contains(f.To, d.To) || len(d.Comment) > maxComment:
		return s, fault.New(fault.Invalid, "the task %s cannot be handed on like that", s.Name)
	case slices.Contains(f.To, f.Person):
		return s, fault.New(fault.Refused, "%s would hand the task %s to themselves", f.Person, s.Name)
	case s.Kind == Approval && len(f.ToGroups) == 0:
		return s, fault.New(fault.Refused, "the task %s can only be handed to one of those who may approve: %s", s.Name, strings.Join(s.From, ", "))
	case slices.Contains(s.Delegates, d.To):
		return s, fault.New(fault.Refused, "the task %s was handed to %s already", s.Name, d.To)
	case len(s.Delegates) >= maxDelegates:
		return s, fault.New(fault.Refused, "the task %s was handed to %d people already", s.Name, len(s.Delegates))
	case s.chain(f.Person) >= maxChain:
		return s, fault.New(fault.Refused, "the task %s was handed on %d times until it came to %s, who must answer", s.Name, maxChain, f.Person)
	}
	for _, account := range f.To {
		if why := s.bars(account); why != "" {
			return s, fault.New(fault.Refused, "the task %s cannot be handed to %s: %s", s.Name, d.To, why)
		}
	}
	s.Delegates = append(slices.Clone(s.Delegates), d.To)
	by := maps.Clone(s.DelegatedBy)
	if by == nil {
		by = map[string]string{}
	}
	by[d.To] = f.Person
	s.DelegatedBy = by
	return s, nil
}

// chain is over how many people a task came to somebody.
func (s State) chain(person string) int {
	n := 0
	for n < maxChain && slices.Contains(s.Delegates, person) {
		person = s.DelegatedBy[person]
		n++
	}
	return n
}
