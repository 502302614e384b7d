package task

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/notify"
)

// wait makes the escalation begin anew.
func (s State) wait(at time.Time) State {
	s.Since, s.Told = at, 0
	return s.unclaimed()
}

// lapse does what time does: the task, its answers and its claim do not hold for ever.
func (s State) lapse(at time.Time) State {
	if s.over() {
		return s
	}
	late := !s.Deadline.IsZero() && !s.Deadline.After(at)
	if late { // it ended then, whenever that is noticed
		at = s.Deadline
	}
	if s.Expire > 0 {
		s, _ = s.voidWhere("expired", func(g Given) bool { return !g.At.Add(s.Expire).After(at) })
	}
	if s.Claimed != "" && !s.ClaimedAt.Add(claimHolds).After(at) {
		s = s.unclaimed()
	}
	if late {
		s.Status, s.EndedAt = Expired, at
		s.Reason = fmt.Sprintf("%d of %d had agreed at its deadline", s.Agreed(), s.Quorum)
	}
	return s
}

// recount finds the status that follows from the answers.
func (s State) recount(at time.Time) State {
	if s.over() {
		return s
	}
	was := s.Status
	agree, reject := s.counted(false), s.counted(true)
	switch {
	case len(reject) > 0:
		s.Status, s.Reason = Rejected, by(reject[:1], "rejected")
	case len(agree) >= s.Quorum:
		s.Status, s.Reason = Approved, by(agree, "approved")
		switch s.Kind {
		case Form:
			s.Reason = by(agree, "filled in")
		case Alert:
			s.Reason = by(agree, "taken on")
		}
	default:
		s.Status, s.Reason = Open, ""
	}
	switch {
	case was == s.Status:
	case s.Status == Open:
		s = s.wait(at)
	case !s.Standing:
		s.EndedAt = at
	}
	return s
}

// by says who did it.
func by(given []Given, did string) string {
	var names []string
	for _, g := range given {
		names = append(names, g.Person)
	}
	text := "it was " + did + " by " + strings.Join(names, ", ")
	if len(given) == 1 && given[0].Comment != "" {
		text += ": " + given[0].Comment
	}
	return text
}

// finish gives what follows from the way the task went.
func (o outcome) finish(before State, at time.Time) next {
	s := o.recount(at)
	out := next{Guards: o.guards}
	if !before.over() && s.over() && s.Status != Done && s.Reply != "" {
		out.Messages = []machine.Message{{To: s.Subject, Type: s.Reply, Data: machine.Must(
			Ended{Task: s.Name, Outcome: s.Status, Given: append(s.counted(false), s.counted(true)...), Reason: s.Reason})}}
	}
	var notices []notify.Notice
	switch {
	case s.Status == Open:
		s, notices = s.tell(!s.Since.Equal(before.Since), at)
	case before.Status == Open:
		s, notices = s.settled()
	}
	if n := len(s.Delegates); n > len(before.Delegates) {
		handed := s.notice(notify.Tasks, s.Title)
		handed.Tell = []string{address(s.Delegates[n-1])}
		s.Notices++
		notices = append(notices, handed)
	}
	for _, n := range notices {
		out.Effects = append(out.Effects, machine.Effect{Kind: notify.EffectNotice, Class: machine.Repeatable, Input: machine.Must(n)})
	}
	out.State = s
	return out
}

// tell gives the notices that are due while it is open. Those who are asked are told when it
// begins to wait, together with the first steps of the escalation. An alert wakes one after
// the other, although all of them may answer.
func (s State) tell(begins bool, at time.Time) (State, []notify.Notice) {
	if s.Claimed != "" {
		return s, nil
	}
	due, told := s.way().Due(s.Since, s.Told, at)
	s.Told = told
	switch {
	case begins:
		n := s.notice(notify.Tasks, s.Title)
		if s.Kind != Alert || len(s.Escalation) == 0 {
			n.Tell = slices.Clone(s.From)
		}
		for _, t := range append(slices.Clone(s.Delegates), due...) {
			if t = address(t); !slices.Contains(n.Tell, t) {
				n.Tell = append(n.Tell, t)
			}
		}
		s.Notices++
		return s, []notify.Notice{n}
	case len(due) > 0:
		n := s.notice(notify.Escalations, "Still waiting: "+s.Title)
		n.Tell = due
		s.Notices++
		return s, []notify.Notice{n}
	}
	return s, nil
}

// address gives the word for a group or a person; an account alone is a person.
func address(name string) string {
	if strings.Contains(name, ":") {
		return name
	}
	return "person:" + name
}

// settled tells that nobody needs to act any more.
func (s State) settled() (State, []notify.Notice) {
	how := string(s.Status)
	if s.Kind == Alert && s.Status == Approved {
		how = "taken on"
	}
	n := s.notice(notify.Tasks, how+": "+s.Title)
	n.Text, n.Over = s.Reason, true
	s.Notices++
	return s, []notify.Notice{n}
}

func (s State) notice(topic, title string) notify.Notice {
	text := fmt.Sprintf("%d of %d have agreed.", s.Agreed(), s.Quorum)
	switch {
	case s.Kind == Alert:
		text = s.Text
		if len(s.Escalation) > 0 {
			topic = notify.Alerts
		}
	case s.Text != "":
		text = s.Text + "\n" + text
	}
	return notify.Notice{Topic: topic, Title: title, Text: text, Not: slices.Sorted(maps.Keys(s.Excluded)), Team: s.Team, Service: s.Service, Environment: s.Environment,
		Link: "/tasks/" + s.Name, Key: fmt.Sprintf("%s#%d", MachineID(s.Name), s.Notices), About: fmt.Sprintf("%s@%d", MachineID(s.Name), s.OpenedAt.UnixMicro())}
}

// Desired gives the timers of a task.
func (Machine) Desired(s State) []machine.Desired {
	if s.Status == "" || s.over() {
		return nil
	}
	var out []machine.Desired
	if !s.Deadline.IsZero() {
		out = append(out, machine.After("deadline", s.Deadline))
	}
	if at := s.expires(); !at.IsZero() {
		out = append(out, machine.After("expire", at))
	}
	if s.Claimed != "" {
		return append(out, machine.After("claim", s.ClaimedAt.Add(claimHolds)))
	}
	if at, ok := s.way().Next(s.Since, s.Told); ok && s.Status == Open {
		out = append(out, machine.After("escalation", at))
	}
	return out
}

// expires is when the first answer that counts expires; zero: none does.
func (s State) expires() (at time.Time) {
	if s.Expire == 0 {
		return at
	}
	for _, g := range s.Given {
		if t := g.At.Add(s.Expire); g.Void == "" && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	return at
}
