package train

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/machine"
)

// Version is the version of State.
const Version = 1

// Status is how a train stands.
type Status string

// The statuses. Those from Arrived on are final; one that arrived can be rolled back.
const (
	Gathering   Status = "gathering" // until every door is open
	Going       Status = "going"     // one member after the other goes in
	Stopping    Status = "stopping"  // it failed or was aborted: those under way or waiting end
	RollingBack Status = "rollingBack"
	Held        Status = "held" // a person is asked
	Arrived     Status = "completed"
	RolledBack  Status = "rolledBack"
	Aborted     Status = "aborted" // before anything went in
	Accepted    Status = "accepted"
)

// State is a train.
type State struct {
	ID          string        `json:"id"`
	Environment string        `json:"environment"`
	Status      Status        `json:"status"`
	Plan        string        `json:"plan,omitempty"`
	Reason      string        `json:"reason,omitempty"`  // why it was asked for
	Problem     string        `json:"problem,omitempty"` // why it stopped, or what a person is asked
	Forced      bool          `json:"forced,omitempty"`  // there is no way back for all: see Member.Migration
	By          machine.Actor `json:"by"`
	At          time.Time     `json:"at"`
	EndedAt     time.Time     `json:"endedAt,omitzero"`
	Members     []Member      `json:"members"`        // in the order in which they go in
	Place       int           `json:"place"`          // in Members, of the one whose turn it is
	Since       time.Time     `json:"since,omitzero"` // when the turn began
}

// Member is a service in a train.
type Member struct {
	Service    string           `json:"service"`
	Release    string           `json:"release"`
	Needs      []string         `json:"needs,omitempty"` // members
	Migration  config.Migration `json:"migration,omitempty"`
	Deployment string           `json:"deployment,omitempty"`
	From       string           `json:"from,omitempty"`  // release that ran before
	Phase      deploy.Phase     `json:"phase,omitempty"` // of its deployment: waiting, preparing (it began), or a final one
	Ready      bool             `json:"ready,omitempty"` // its door is open but for the train
	Back       Way              `json:"back,omitempty"`  // how it stands with its way back
	Reason     string           `json:"reason,omitempty"`
}

// Way is how it stands with a member's way back.
type Way string

// The ways. Empty: it need not go back.
const (
	BackAsked   Way = "asked"   // its lane is asked
	BackUnder   Way = "under"   // its lane goes back
	BackDone    Way = "done"    //
	BackFailed  Way = "failed"  // a person is asked
	BackNowhere Way = "nowhere" // nothing ran before it, so it stays
)

// Turn says whether it is a service's turn to go in, and otherwise what it waits for. It is
// the answer to gate.Train, with a guard on this machine.
func (s State) Turn(service string) (ok bool, text string) {
	at := s.find(service)
	switch {
	case at < 0:
		return false, fmt.Sprintf("%s is no member of the train %s", service, s.ID)
	case s.Status == Gathering:
		return false, "the train waits for " + s.missing()
	case s.Status != Going:
		return false, fmt.Sprintf("the train is %s", s.Status)
	case at == s.Place:
		return true, "it is its turn"
	default:
		return false, fmt.Sprintf("it is the turn of %s", s.Members[s.Place].Service)
	}
}

func (s State) find(service string) int {
	return slices.IndexFunc(s.Members, func(m Member) bool { return m.Service == service })
}

// missing names the members whose doors are shut.
func (s State) missing() string {
	var out []string
	for _, m := range s.Members {
		if !m.Ready {
			out = append(out, m.Service)
		}
	}
	return strings.Join(out, ", ")
}

// began says whether a member's deployment is under way, or went in.
func (m Member) began() bool { return m.Phase == deploy.Preparing || m.Phase == deploy.Completed }

// ended says whether a member's deployment is at its end.
func (m Member) ended() bool {
	return m.Phase != "" && m.Phase != deploy.Waiting && m.Phase != deploy.Preparing
}

func (s State) over() bool {
	switch s.Status {
	case Arrived, RolledBack, Aborted, Accepted:
		return true
	default:
		return false
	}
}

// text says how it stands, for people.
func (s State) text() string {
	in := 0
	for _, m := range s.Members {
		if m.Phase == deploy.Completed && m.Back != BackDone {
			in++
		}
	}
	text := fmt.Sprintf("%d of %d are in", in, len(s.Members))
	switch s.Status {
	case Gathering:
		return "waits for the doors of " + s.missing()
	case Going:
		return text + "; it is the turn of " + s.Members[s.Place].Service
	case Arrived:
		return text
	default:
		return text + "; " + s.Problem
	}
}

func by(what, who, why string) string {
	if why == "" {
		return cut(what + " by " + who)
	}
	return cut(what + " by " + who + ": " + why)
}

// cut bounds a text for the state. It never splits a character.
func cut(s string) string {
	if len(s) <= maxReason {
		return s
	}
	return strings.ToValidUTF8(s[:maxReason-3], "") + "…"
}
