package access

import (
	"fmt"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// SessionVersion is the version of SessionState.
const SessionVersion = 1

// Events of a session, with their data.
const (
	EventSessionStarted = "session.started" // Started
	EventSessionSeen    = "session.seen"    // no data: it was used; told now and then
	EventSessionEnded   = "session.ended"   // Reason
)

// SessionIdle ends a session that was not used for so long.
const SessionIdle = 24 * time.Hour

// SeenEvery is how often the use of a session or token is written down at most.
const SeenEvery = 10 * time.Minute

// Started makes a session.
type Started struct {
	ID      string    `json:"id"`
	Person  string    `json:"person"`
	Hash    string    `json:"hash"` // SHA-256 of its secret
	How     string    `json:"how"`
	Agent   string    `json:"agent,omitempty"` // what the browser or program calls itself
	Expires time.Time `json:"expires"`
}

// SessionState is a session.
type SessionState struct {
	Started
	StartedAt time.Time     `json:"startedAt"`
	SeenAt    time.Time     `json:"seenAt"`
	EndedAt   time.Time     `json:"endedAt,omitzero"`
	EndedBy   machine.Actor `json:"endedBy,omitzero"`
	Reason    string        `json:"reason,omitempty"`
}

// Live says whether the session holds at a time.
func (s SessionState) Live(at time.Time) bool {
	return s.ID != "" && s.EndedAt.IsZero() && at.Before(s.until())
}

// until is when it ends by itself if it is not used.
func (s SessionState) until() time.Time {
	if idle := s.SeenAt.Add(SessionIdle); idle.Before(s.Expires) {
		return idle
	}
	return s.Expires
}

// SessionMachine is the machine of a session.
type SessionMachine struct{}

// Step takes the events of a session.
func (SessionMachine) Step(s SessionState, e machine.Event) (machine.Next[SessionState], error) {
	next, err := s.take(e)
	return machine.Next[SessionState]{State: next}, err
}

func (s SessionState) take(e machine.Event) (SessionState, error) {
	if e.Type == EventSessionStarted {
		if s.ID != "" {
			return s, fault.New(fault.Refused, "there is such a session already")
		}
		return taking(e, func(n Started) (SessionState, error) {
			if n.ID == "" || n.Person == "" || n.Hash == "" || !e.At.Before(n.Expires) {
				return s, fault.New(fault.Invalid, "a session needs an ID, a person, a secret and a time to come")
			}
			return SessionState{Started: n, StartedAt: e.At, SeenAt: e.At}, nil
		})
	}
	switch {
	case s.ID == "":
		return s, fault.New(fault.NotFound, "there is no such session")
	case !s.EndedAt.IsZero():
		return s, fault.New(fault.Refused, "the session has ended")
	}
	switch e.Type {
	case EventSessionSeen:
		s.SeenAt = e.At
		return s, nil
	case EventSessionEnded:
		return taking(e, func(r Reason) (SessionState, error) {
			s.EndedAt, s.EndedBy, s.Reason, s.Hash = e.At, e.Actor, r.Text, ""
			return s, nil
		})
	case machine.Timer:
		s.EndedAt, s.EndedBy, s.Reason, s.Hash = e.At, e.Actor, "expired", ""
		return s, nil
	}
	return s, fault.New(fault.Refused, "a session does not take the event %s", e.Type)
}

// Desired is the timer of its end.
func (SessionMachine) Desired(s SessionState) []machine.Desired {
	if s.ID == "" || !s.EndedAt.IsZero() {
		return nil
	}
	return []machine.Desired{machine.After("end", s.until())}
}

// Summary has the account as the label "person".
func (SessionMachine) Summary(s SessionState) machine.Summary {
	sum := machine.Summary{Status: "live", Title: s.Agent, Labels: map[string]string{"person": s.Person}}
	if !s.EndedAt.IsZero() {
		sum.Status, sum.Done = "ended", true
	}
	return sum
}

// Upgrade refuses: there is no older version.
func (SessionMachine) Upgrade(from int, _ []byte) (SessionState, error) {
	return SessionState{}, fmt.Errorf("no session was ever written with version %d", from)
}

var _ machine.Machine[SessionState] = SessionMachine{}
