package task

import (
	"maps"
	"slices"
	"time"

	"slipway.dev/internal/core/fault"
)

// answer takes what a person says.
func (s State) answer(a Answer, f Facts, at time.Time) (State, error) {
	s = s.without(f.Gone)
	if err := s.asked(f); err != nil {
		return s, err
	}
	if err := s.unanswered(f); err != nil {
		return s, err
	}
	if err := s.fits(a); err != nil {
		return s, err
	}
	if !maps.Equal(a.Digests, s.Digests) {
		return s, fault.New(fault.Refused, "what you saw of the task %s changed, or is not all that it is bound to", s.Name).
			WithHint("look at it again: slipway task show %s", s.Name)
	}
	if n := s.Agreed(); a.Decision != Reject && n >= s.Quorum {
		return s, fault.New(fault.Refused, "%d of %d have approved the task %s already", n, s.Quorum, s.Name)
	}
	return s.keep(Given{Person: f.Person, Via: f.Via, Decision: a.Decision, Comment: a.Comment, Value: a.Value, At: at, Digests: maps.Clone(a.Digests)})
}

// fits wants an answer of the form that is asked for.
func (s State) fits(a Answer) error {
	agree := Approve
	if s.Kind == Form {
		agree = Submit
	}
	switch {
	case s.Kind == Alert && a.Decision != agree:
		return fault.New(fault.Invalid, "an alert is taken on with %s, and ends by itself; it is not answered with %q", agree, a.Decision)
	case a.Decision != agree && a.Decision != Reject:
		return fault.New(fault.Invalid, "the task %s is answered with %s or %s, not with %q", s.Name, agree, Reject, a.Decision)
	case len(a.Comment) > maxComment:
		return fault.New(fault.TooLarge, "the comment is longer than %d bytes", maxComment)
	case len(a.Value) > maxValue:
		return fault.New(fault.TooLarge, "the answer is longer than %d bytes", maxValue)
	case a.Decision == Reject && len(a.Value) == 0:
		return nil
	case len(s.Schema) == 0 && len(a.Value) > 0:
		return fault.New(fault.Invalid, "the task %s has no form to fill in", s.Name)
	case len(s.Schema) == 0:
		return nil
	}
	return checkForm(s.Schema, a.Value)
}

// keep adds an answer. Of those that no longer count, the oldest are forgotten; the journal
// has them.
func (s State) keep(g Given) (State, error) {
	given := slices.Clone(s.Given)
	if len(given) >= maxGiven {
		void := slices.IndexFunc(given, func(g Given) bool { return g.Void != "" })
		if void < 0 {
			return s, fault.New(fault.Refused, "the task %s has %d answers; there is no room for more", s.Name, len(given))
		}
		given = slices.Delete(given, void, void+1)
	}
	s.Given = append(given, g)
	return s, nil
}

// withdraw takes back what the actor answered.
func (s State) withdraw(w Withdrawal, f Facts, _ time.Time) (State, error) {
	if len(w.Comment) > maxComment {
		return s, fault.New(fault.TooLarge, "the comment is longer than %d bytes", maxComment)
	}
	why := "withdrawn"
	if w.Comment != "" {
		why += ": " + w.Comment
	}
	s, n := s.voidWhere(why, func(g Given) bool { return g.Person == f.Person })
	if n == 0 {
		return s, fault.New(fault.Refused, "%s has given no answer to the task %s that counts", f.Person, s.Name)
	}
	return s, nil
}

// without makes answers count no more of people who are not who they were.
func (s State) without(gone map[string]string) State {
	for _, person := range slices.Sorted(maps.Keys(gone)) {
		s, _ = s.voidWhere(gone[person], func(g Given) bool { return g.Person == person })
	}
	return s
}

// voidWhere makes answers count no more, and says how many did before.
func (s State) voidWhere(why string, which func(Given) bool) (State, int) {
	n := 0
	given := slices.Clone(s.Given)
	for i := range given {
		if given[i].Void == "" && which(given[i]) {
			given[i].Void = why
			n++
		}
	}
	s.Given = given
	return s, n
}

// Agreed is how many people agree, of Quorum.
func (s State) Agreed() int { return len(s.counted(false)) }

// counted gives the answers that count: those that agree, or those that reject.
func (s State) counted(reject bool) []Given {
	var list []Given
	for _, g := range s.Given {
		if g.Void == "" && (g.Decision == Reject) == reject {
			list = append(list, g)
		}
	}
	return list
}
