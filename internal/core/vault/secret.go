package vault

import (
	"fmt"
	"strconv"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// SecretVersion is the version of SecretState.
const SecretVersion = 1

// Events of a secret, with their data.
const (
	EventSecretSet      = "secret.set"      // SecretValue
	EventSecretRotated  = "secret.rotated"  // SecretValue; only if it is there already
	EventSecretRemoved  = "secret.removed"  // no data
	EventSecretResealed = "secret.resealed" // SecretResealed
)

// SecretID is the identity of a secret's machine.
func SecretID(name string) string { return machine.ID("secret", name) }

// SecretValue gives a secret a new value.
type SecretValue struct {
	Name   string `json:"name"`
	Sealed Sealed `json:"sealed"`
}

// SecretResealed gives the same values, sealed for another identity, by version. All kept
// versions must be in it, and no other.
type SecretResealed struct {
	Sealed map[int]Sealed `json:"sealed"`
}

// Secret is the machine of one secret.
type Secret struct{}

// Step takes the events of a secret.
func (Secret) Step(s SecretState, e machine.Event) (machine.Next[SecretState], error) {
	next, err := stepSecret(s, e)
	return machine.Next[SecretState]{State: next}, err
}

func stepSecret(s SecretState, e machine.Event) (SecretState, error) {
	switch e.Type {
	case EventSecretSet, EventSecretRotated:
		v, err := machine.Decode[SecretValue](e)
		if err != nil {
			return s, fault.New(fault.Invalid, "a secret's value cannot be read").Because(err)
		}
		return setSecret(s, v, e)
	case EventSecretRemoved:
		if len(s.Versions) == 0 {
			_, err := s.Current()
			return s, err
		}
		s.Versions, s.Removed = nil, true
		return s, nil
	case EventSecretResealed:
		r, err := machine.Decode[SecretResealed](e)
		if err != nil {
			return s, fault.New(fault.Invalid, "resealed values cannot be read").Because(err)
		}
		return resealSecret(s, r)
	}
	return s, fault.New(fault.Refused, "a secret does not take the event %s", e.Type)
}

func setSecret(s SecretState, v SecretValue, e machine.Event) (SecretState, error) {
	if err := CheckName(v.Name); err != nil {
		return s, err
	}
	if s.Name != "" && s.Name != v.Name {
		return s, fault.New(fault.Invalid, "a value of %s was sent to the secret %s", v.Name, s.Name)
	}
	if e.Type == EventSecretRotated && len(s.Versions) == 0 {
		return s, fault.New(fault.NotFound, "there is no secret %s to rotate", v.Name).
			WithHint("slipway secret set %s", v.Name)
	}
	if err := v.Sealed.check(); err != nil {
		return s, fault.New(fault.Invalid, "the value of %s", v.Name).Because(err)
	}
	s.Name, s.Removed, s.Last = v.Name, false, s.Last+1
	versions := append([]Stored{}, s.Versions...)
	versions = append(versions, Stored{Version: s.Last, Sealed: v.Sealed, At: e.At, By: e.Actor})
	s.Versions = versions[max(0, len(versions)-Kept):]
	return s, nil
}

func resealSecret(s SecretState, r SecretResealed) (SecretState, error) {
	if len(r.Sealed) != len(s.Versions) {
		return s, fault.New(fault.Conflict, "%d versions of %s were sealed anew, but there are %d", len(r.Sealed), s.Name, len(s.Versions))
	}
	versions := append([]Stored{}, s.Versions...)
	for i, v := range versions {
		sealed, ok := r.Sealed[v.Version]
		if !ok {
			return s, fault.New(fault.Conflict, "version %d of %s was not sealed anew", v.Version, s.Name)
		}
		if err := sealed.check(); err != nil {
			return s, fault.New(fault.Invalid, "version %d of %s", v.Version, s.Name).Because(err)
		}
		versions[i].Sealed = sealed
	}
	s.Versions = versions
	return s, nil
}

// Desired is nothing.
func (Secret) Desired(SecretState) []machine.Desired { return nil }

// Summary has the number of the current version as the label "version".
func (Secret) Summary(s SecretState) machine.Summary {
	sum := machine.Summary{Status: "set", Title: s.Name, Done: true}
	for _, v := range s.Versions {
		if v.Sealed.Blob != "" {
			sum.Keeps = append(sum.Keeps, v.Sealed.Blob)
		}
	}
	if len(s.Versions) == 0 {
		sum.Status = "removed"
		return sum
	}
	sum.Labels = map[string]string{"version": strconv.Itoa(s.Last)}
	return sum
}

// Upgrade refuses: there is no older version.
func (Secret) Upgrade(from int, _ []byte) (SecretState, error) {
	return SecretState{}, fmt.Errorf("no state of a secret was ever written with version %d", from)
}

var _ machine.Machine[SecretState] = Secret{}
