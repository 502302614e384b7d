package feed

import (
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// Version is that of State. ID is the identity of the one machine there is.
const (
	Version = 1
	ID      = "feed/journal"
)

// EventRead says that the journal was read up to a position. Its data is a State.
const EventRead = "feed.read"

// State is a position of the journal.
type State struct {
	Position int64 `json:"position"`
}

// Machine is the machine.
type Machine struct{}

var _ machine.Machine[State] = Machine{}

// Step implements machine.Machine.
func (Machine) Step(s State, e machine.Event) (machine.Next[State], error) {
	to, err := machine.Decode[State](e)
	switch {
	case err != nil || e.Type != EventRead:
		return machine.Next[State]{}, fault.New(fault.Invalid, "the feed takes no %s", e.Type).Because(err)
	case to.Position <= s.Position && s.Position+to.Position > 0: // an empty journal begins at 0
		return machine.Next[State]{}, fault.New(fault.Conflict, "the journal was read up to %d already", s.Position)
	}
	return machine.Next[State]{State: to}, nil
}

// Desired implements machine.Machine: it wants nothing.
func (Machine) Desired(State) []machine.Desired { return nil }

// Summary implements machine.Machine.
func (Machine) Summary(State) machine.Summary { return machine.Summary{Status: "reading"} }

// Upgrade implements machine.Machine. There is no older version.
func (Machine) Upgrade(from int, _ []byte) (State, error) {
	return State{}, fault.New(fault.Internal, "no version %d of a feed's state was ever written", from)
}
