package access

import (
	"fmt"
	"slices"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// TokenVersion is the version of TokenState.
const TokenVersion = 1

// Events of a token, with their data.
const (
	EventTokenMade    = "token.made"    // Made
	EventTokenUsed    = "token.used"    // no data; told now and then
	EventTokenRevoked = "token.revoked" // Reason
)

// MaxTokenLife is the longest that a token may hold.
const MaxTokenLife = 366 * 24 * time.Hour

// Made makes a token.
type Made struct {
	Owner   string    `json:"owner"` // account
	Name    string    `json:"name"`
	Hash    string    `json:"hash"`   // SHA-256 of its secret
	Scopes  []string  `json:"scopes"` // words of operations; see ScopeNamed
	Expires time.Time `json:"expires"`
}

// TokenState is a token of an account's.
type TokenState struct {
	Made
	MadeAt    time.Time     `json:"madeAt"`
	UsedAt    time.Time     `json:"usedAt,omitzero"`
	RevokedAt time.Time     `json:"revokedAt,omitzero"`
	RevokedBy machine.Actor `json:"revokedBy,omitzero"`
	Reason    string        `json:"reason,omitempty"`
}

// Live says whether the token holds at a time.
func (s TokenState) Live(at time.Time) bool {
	return s.Name != "" && s.RevokedAt.IsZero() && at.Before(s.Expires)
}

// Operations are what the token is limited to.
func (s TokenState) Operations() []Operation {
	list := []Operation{} // not nil: limited to nothing
	for _, word := range s.Scopes {
		if op, ok := ScopeNamed(word); ok {
			list = append(list, op)
		}
	}
	return list
}

// TokenMachine is the machine of a token.
type TokenMachine struct{}

// Step takes the events of a token.
func (TokenMachine) Step(s TokenState, e machine.Event) (machine.Next[TokenState], error) {
	next, err := s.take(e)
	return machine.Next[TokenState]{State: next}, err
}

func (s TokenState) take(e machine.Event) (TokenState, error) {
	switch e.Type {
	case EventTokenMade:
		return taking(e, func(m Made) (TokenState, error) { return s.make(m, e) })
	case EventTokenUsed, EventTokenRevoked:
		if s.Name == "" {
			return s, fault.New(fault.NotFound, "there is no such token")
		}
		if !s.RevokedAt.IsZero() {
			return s, fault.New(fault.Refused, "the token %s/%s is revoked", s.Owner, s.Name)
		}
		if e.Type == EventTokenUsed {
			s.UsedAt = e.At
			return s, nil
		}
		return taking(e, func(r Reason) (TokenState, error) {
			s.RevokedAt, s.RevokedBy, s.Reason, s.Hash = e.At, e.Actor, r.Text, ""
			return s, nil
		})
	}
	return s, fault.New(fault.Refused, "a token does not take the event %s", e.Type)
}

// make takes the name of a token that holds no more, too: it is often made anew.
func (s TokenState) make(m Made, e machine.Event) (TokenState, error) {
	if s.Live(e.At) {
		return s, fault.New(fault.Refused, "%s has a token %s already", s.Owner, s.Name).
			WithHint("revoke it first, or choose another name")
	}
	for _, name := range []string{m.Owner, m.Name} {
		if err := CheckName(name); err != nil {
			return s, err
		}
	}
	switch life := m.Expires.Sub(e.At); {
	case m.Hash == "":
		return s, fault.New(fault.Invalid, "a token needs a secret")
	case len(m.Scopes) == 0:
		return s, fault.New(fault.Invalid, "a token needs scopes").WithHint("such as read, deploy or approve")
	case life <= 0 || life > MaxTokenLife:
		return s, fault.New(fault.Invalid, "a token holds a year at most, and has a time to come")
	}
	for _, word := range m.Scopes {
		if _, ok := ScopeNamed(word); !ok {
			return s, fault.New(fault.Invalid, "there is no scope %q", word).WithHint("there are: %v", ScopeWords())
		}
	}
	slices.Sort(m.Scopes)
	m.Scopes = slices.Compact(m.Scopes)
	return TokenState{Made: m, MadeAt: e.At}, nil
}

// Desired is nothing: whether a token has expired is looked at when it is used.
func (TokenMachine) Desired(TokenState) []machine.Desired { return nil }

// Summary has the owner as the label "owner".
func (TokenMachine) Summary(s TokenState) machine.Summary {
	sum := machine.Summary{Status: "live", Title: s.Name, Done: true, Labels: map[string]string{"owner": s.Owner}}
	if !s.RevokedAt.IsZero() {
		sum.Status = "revoked"
	}
	return sum
}

// Upgrade refuses: there is no older version.
func (TokenMachine) Upgrade(from int, _ []byte) (TokenState, error) {
	return TokenState{}, fmt.Errorf("no token was ever written with version %d", from)
}

var _ machine.Machine[TokenState] = TokenMachine{}
