package task

import (
	"maps"
	"slices"
	"time"

	"slipway.dev/internal/core/fault"
)

// rebind takes in that what the task is about changed. Answers that were given for other
// digests, or by people who may not answer any more, count no more.
func (s State) rebind(r Rebound, at time.Time) (State, error) {
	if s.over() {
		return s, s.ended()
	}
	switch {
	case r.Quorum < 0 || r.Quorum > maxQuorum || len(r.From) > maxFrom || slices.ContainsFunc(r.From, blank):
		return s, fault.New(fault.Invalid, "the task %s cannot be asked like that: its quorum or who is asked is wrong", s.Name)
	case len(r.Text) > maxText:
		return s, fault.New(fault.TooLarge, "the task %s would have a text longer than 16 KiB", s.Name)
	}
	if r.Quorum > 0 {
		s.Quorum = r.Quorum
	}
	if len(r.From) > 0 {
		s.From = slices.Clone(r.From)
	}
	if r.Text != "" {
		s.Text = r.Text
	}
	if r.Excluded != nil {
		s.Excluded = maps.Clone(r.Excluded)
	}
	changed := r.Digests != nil && !maps.Equal(r.Digests, s.Digests)
	if changed {
		s.Digests = maps.Clone(r.Digests)
		s, _ = s.voidWhere("what it is about changed", func(Given) bool { return true })
		s = s.wait(at)
	}
	s, _ = s.voidWhere("they may not answer", func(g Given) bool { return s.bars(g.Person) != "" })
	return s, nil
}

// void makes the answers of a person count no more.
func (s State) void(v Voided, _ time.Time) (State, error) {
	if s.over() {
		return s, nil
	}
	why := v.Reason
	if why == "" {
		why = "it counts no more"
	}
	s, _ = s.voidWhere(why, func(g Given) bool { return g.Person == v.Person })
	s.Delegates = slices.DeleteFunc(slices.Clone(s.Delegates), func(d string) bool { return d == v.Person })
	if s.Claimed == v.Person {
		s = s.unclaimed()
	}
	return s, nil
}

// close ends a task that nobody needs any more. One that has ended stays as it ended.
func (s State) close(c Closed, at time.Time) (State, error) {
	if !s.over() {
		s.Status, s.EndedAt, s.Reason = Done, at, c.Reason
	}
	return s, nil
}
