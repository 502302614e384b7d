package vault

import (
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// Events of the signing keys, with their data.
const (
	EventKeyMade     = "key.made"     // NewKey: the first, or the first after a revocation
	EventKeyRotated  = "key.rotated"  // NewKey: it succeeds the current one
	EventKeyRevoked  = "key.revoked"  // RevokedKey
	EventKeyResealed = "key.resealed" // ResealedKey
)

// NewKey is a key that signs from now on. Control checks that ID is the hash of the
// public key before it makes the event.
type NewKey struct {
	ID     string `json:"id"`
	PEM    string `json:"pem"` // the public half
	Sealed []byte `json:"sealed"`
}

// RevokedKey names a key whose signatures are worth nothing, and says why.
type RevokedKey struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

// ResealedKey is the current key, sealed for another identity.
type ResealedKey struct {
	ID     string `json:"id"`
	Sealed []byte `json:"sealed"`
}

// KeyStatus is what a key is good for.
type KeyStatus string

// The statuses of a key.
const (
	KeyCurrent KeyStatus = "current" // signs
	KeyRotated KeyStatus = "rotated" // signs no more; what it signed stays valid
	KeyRevoked KeyStatus = "revoked" // vouches for nothing
)

// Key is a signing key. Sealed is empty unless it is the current one.
type Key struct {
	ID      string        `json:"id"`
	PEM     string        `json:"pem"`
	Sealed  []byte        `json:"sealed,omitempty"`
	Status  KeyStatus     `json:"status"`
	Made    time.Time     `json:"made"`
	By      machine.Actor `json:"by"`
	Ended   time.Time     `json:"ended,omitzero"` // rotated or revoked
	EndedBy machine.Actor `json:"endedBy,omitzero"`
	Reason  string        `json:"reason,omitempty"`
}

// KeysState is all signing keys there ever were, oldest first: old statements must be
// verified as long as they are kept.
type KeysState struct {
	Keys []Key `json:"keys,omitempty"`
}

// Current gives the key that signs; fault.NotFound if there is none.
func (s KeysState) Current() (Key, error) {
	for _, k := range s.Keys {
		if k.Status == KeyCurrent {
			return k, nil
		}
	}
	return Key{}, fault.New(fault.NotFound, "there is no current signing key").WithHint("have one made")
}
