package config

import (
	"maps"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
)

// Proposal is a change of what governs that waits for consent. The task about it is named
// by TaskName.
type Proposal struct {
	Digest   string            `json:"digest,omitempty"` // of the Document that is wanted; empty: it is to be removed
	Team     string            `json:"team,omitempty"`
	Commit   string            `json:"commit,omitempty"`
	By       machine.Actor     `json:"by"`
	At       time.Time         `json:"at"`
	Excluded map[string]string `json:"excluded,omitempty"` // account -> why it may not approve
	Quorum   int               `json:"quorum"`
	Trouble  string            `json:"trouble,omitempty"` // why nobody can be asked
}

// Refusal is a change that was not approved.
type Refusal struct {
	Digest string    `json:"digest,omitempty"` // empty: that it be removed
	At     time.Time `json:"at"`
	Reason string    `json:"reason,omitempty"`
}

// Approvers are the roles of which somebody must consent to a change of what governs. They
// must hold it for all teams and environments.
var Approvers = []string{"security", "admin"}

// TaskName is the name of the task about changes of a resource that governs.
func TaskName(kind, name string) string { return "policy." + kind + "." + name }

func (s ResourceState) task() string { return task.MachineID(TaskName(s.Kind, s.Name)) }

// InForce says whether the resource is in force, as Digest says.
func (s ResourceState) InForce() bool { return s.Digest != "" && !s.Removed }

// propose keeps a change until it is approved, and asks for that. One that waits already is
// not asked for again; another one takes its place, and whoever had a hand in that one may
// not approve this one either.
func (s ResourceState) propose(p Proposal, c Consent) machine.Next[ResourceState] {
	if was := s.Proposed; was != nil && was.Digest == p.Digest && was.Trouble == "" {
		return machine.Next[ResourceState]{State: s}
	}
	people := People{}
	if c.People != nil {
		people = *c.People
	}
	p.Quorum, p.Excluded = 1+len(people.Unknown), map[string]string{}
	if p.byNobody() && len(people.Able) > p.Quorum {
		p.Quorum++ // whoever it was may have one of the accounts
	}
	if was := s.Proposed; was != nil {
		maps.Copy(p.Excluded, was.Excluded)
		if account := task.Account(was.By); account != "" {
			p.Excluded[account] = "they proposed what waited before"
		}
	}
	maps.Copy(p.Excluded, people.Excluded)
	next := s.drop("another change is proposed")
	next.State.Proposed, next.State.Refused = &p, nil
	next.Messages = append(next.Messages, machine.Message{To: s.task(), Type: task.EventOpened, Data: machine.Must(next.State.ask(c.Change, people))})
	return next
}

// byNobody says that who proposed it is not known as a person: it came from the machine that
// the control plane runs on, and not from a commit.
func (p Proposal) byNobody() bool { return p.Commit == "" && task.Account(p.By) == "" }

// drop forgets a change that waits.
func (s ResourceState) drop(reason string) machine.Next[ResourceState] {
	next := machine.Next[ResourceState]{State: s}
	if s.Proposed != nil {
		next.State.Proposed = nil
		next.Messages = []machine.Message{{To: s.task(), Type: task.EventClosed, Data: machine.Must(task.Closed{Reason: reason})}}
	}
	return next
}

// digests are what consent is bound to: what would be in force, and what is.
func (s ResourceState) digests() map[string]string {
	out := map[string]string{"proposed": s.Proposed.Digest, "now": s.Digest}
	if s.Proposed.Digest == "" {
		out["proposed"] = "removal"
	}
	if !s.InForce() {
		out["now"] = "nothing"
	}
	return out
}

// decide puts a change in force that enough people approved, or drops it.
func (s ResourceState) decide(e task.Ended, at time.Time) (machine.Next[ResourceState], error) {
	if s.Proposed == nil || e.Task != TaskName(s.Kind, s.Name) {
		return machine.Next[ResourceState]{}, fault.New(fault.Refused, "no change of %s %s waits for %s", s.Kind, s.Name, e.Task)
	}
	p := *s.Proposed
	source := s.Source
	if e.Outcome == task.Approved && s.agreed(e.Given) >= p.Quorum {
		s.Proposed = nil
		next := s.put(p.Digest, p.Team, p.Commit, at, e.Task)
		if !next.State.InForce() {
			next.State.Source, next.State.From = "", ""
		}
		return next.State.settled(source, next), nil
	}
	next := s.drop("it was decided") // whoever said so: no answer to it counts any more
	next.State.Refused = &Refusal{Digest: p.Digest, At: at, Reason: e.Reason}
	return next.State.settled(source, next), nil
}

// agreed counts the people who approved just this change and had no hand in it.
func (s ResourceState) agreed(given []task.Given) int {
	people := map[string]bool{}
	for _, g := range given {
		_, excluded := s.Proposed.Excluded[g.Person]
		if g.Decision == task.Approve && g.Void == "" && !excluded && g.Person != "" && g.Person != task.Account(s.Proposed.By) &&
			maps.Equal(g.Digests, s.digests()) {
			people[g.Person] = true
		}
	}
	return len(people)
}

// settled tells a source what is in force now of what it wanted to change.
func (s ResourceState) settled(source string, next machine.Next[ResourceState]) machine.Next[ResourceState] {
	if source == "" {
		return next
	}
	told := Settled{Kind: s.Kind, Name: s.Name}
	if s.InForce() {
		told.Digest = s.Digest
	}
	next.Messages = append(next.Messages, machine.Message{To: SourceID(source), Type: EventSettled, Data: machine.Must(told)})
	return next
}

// put makes the content that is in force another one; an empty digest: none. If it governs,
// what was decided by the rules before must be decided again.
func (s ResourceState) put(digest, team, commit string, at time.Time, by string) machine.Next[ResourceState] {
	s.Removed, s.Refused = digest == "", nil
	if digest != "" {
		s.Digest, s.Team, s.Commit, s.AppliedAt = digest, team, commit, at
	}
	next := machine.Next[ResourceState]{State: s}
	if Governs(s.Kind) {
		next.Messages = []machine.Message{{To: PolicyID, Type: EventPolicyChanged,
			Data: machine.Must(PolicyChange{Kind: s.Kind, Name: s.Name, Digest: digest, Task: by})}}
	}
	return next
}
