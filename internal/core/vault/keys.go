package vault

import (
	"fmt"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// KeysVersion is the version of KeysState.
const KeysVersion = 1

// KeysID is the identity of the machine of the signing keys.
const KeysID = "key/signing"

// Keys is the machine of the signing keys.
type Keys struct{}

// Step takes the events of the signing keys.
func (Keys) Step(s KeysState, e machine.Event) (machine.Next[KeysState], error) {
	next := KeysState{Keys: append([]Key{}, s.Keys...)}
	err := next.take(e)
	if err != nil {
		next = s
	}
	return machine.Next[KeysState]{State: next}, err
}

func (s *KeysState) take(e machine.Event) error {
	switch e.Type {
	case EventKeyMade, EventKeyRotated:
		return decoded(e, func(k NewKey) error { return s.add(k, e) })
	case EventKeyRevoked:
		return decoded(e, func(r RevokedKey) error { return s.revoke(r, e) })
	case EventKeyResealed:
		return decoded(e, s.reseal)
	}
	return fault.New(fault.Refused, "the signing keys do not take the event %s", e.Type)
}

func decoded[T any](e machine.Event, do func(T) error) error {
	data, err := machine.Decode[T](e)
	if err != nil {
		return fault.New(fault.Invalid, "an event of the signing keys cannot be read").Because(err)
	}
	return do(data)
}

func (s *KeysState) add(k NewKey, e machine.Event) error {
	if k.ID == "" || k.PEM == "" || len(k.Sealed) == 0 {
		return fault.New(fault.Invalid, "a signing key needs an ID, a public half and a sealed private half")
	}
	if s.find(k.ID) != nil {
		return fault.New(fault.Refused, "the signing key %s was there before", k.ID)
	}
	current, err := s.Current()
	if e.Type == EventKeyMade && err == nil {
		return fault.New(fault.Refused, "there is a current signing key, %s", current.ID).WithHint("rotate it instead")
	}
	if e.Type == EventKeyRotated {
		if err != nil {
			return err
		}
		s.find(current.ID).end(KeyRotated, e)
	}
	s.Keys = append(s.Keys, Key{ID: k.ID, PEM: k.PEM, Sealed: k.Sealed, Status: KeyCurrent, Made: e.At, By: e.Actor})
	return nil
}

func (s *KeysState) revoke(r RevokedKey, e machine.Event) error {
	k := s.find(r.ID)
	switch {
	case k == nil:
		return fault.New(fault.NotFound, "there is no signing key %s", r.ID)
	case k.Status == KeyRevoked:
		return fault.New(fault.Refused, "the signing key %s was revoked before", r.ID)
	case r.Reason == "":
		return fault.New(fault.Invalid, "revoking a key needs a reason")
	}
	k.end(KeyRevoked, e)
	k.Reason = r.Reason
	return nil
}

func (s *KeysState) reseal(r ResealedKey) error {
	k := s.find(r.ID)
	if k == nil || k.Status != KeyCurrent || len(r.Sealed) == 0 {
		return fault.New(fault.Conflict, "%q is not the current signing key, or it was not sealed", r.ID)
	}
	k.Sealed = r.Sealed
	return nil
}

func (s *KeysState) find(id string) *Key {
	for i := range s.Keys {
		if s.Keys[i].ID == id {
			return &s.Keys[i]
		}
	}
	return nil
}

func (k *Key) end(status KeyStatus, e machine.Event) {
	k.Status, k.Sealed, k.Ended, k.EndedBy = status, nil, e.At, e.Actor
}

// Desired is nothing.
func (Keys) Desired(KeysState) []machine.Desired { return nil }

// Summary has the current key's ID as the label "current".
func (Keys) Summary(s KeysState) machine.Summary {
	k, err := s.Current()
	if err != nil {
		return machine.Summary{Status: "none", Title: "signing keys", Done: true}
	}
	return machine.Summary{Status: "ready", Title: "signing keys", Done: true, Labels: map[string]string{"current": k.ID}}
}

// Upgrade refuses: there is no older version.
func (Keys) Upgrade(from int, _ []byte) (KeysState, error) {
	return KeysState{}, fmt.Errorf("no state of the signing keys was ever written with version %d", from)
}

var _ machine.Machine[KeysState] = Keys{}
