// Package vault opens and seals what the machines of core/vault hold: secrets, and the key
// that statements are signed with. A value is open only as long as somebody uses it.
package vault

import (
	"context"
	"fmt"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/vault"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/secret"
	"slipway.dev/internal/sign"
)

// Vault seals with a box and keeps in the engine. The zero value is of no use.
type Vault struct {
	Engine *engine.Engine
	Box    *secret.Box
}

// Put gives a secret a new value. It is sealed before it goes anywhere.
func (v Vault) Put(ctx context.Context, actor machine.Actor, name string, value []byte) (engine.Receipt, error) {
	if err := vault.CheckName(name); err != nil {
		return engine.Receipt{}, err
	}
	bytes, err := v.Box.Seal(value)
	if err != nil {
		return engine.Receipt{}, err
	}
	sealed := vault.Sealed{Bytes: bytes}
	if len(bytes) > vault.MaxInline {
		digest, err := v.Engine.Blobs().Put(ctx, bytes)
		if err != nil {
			return engine.Receipt{}, err
		}
		sealed = vault.Sealed{Blob: digest}
	}
	return v.Engine.Submit(ctx, event(actor, vault.SecretID(name), vault.EventSecretSet, vault.SecretValue{Name: name, Sealed: sealed}))
}

// Open gives the value of "name@version"; fault.NotFound if that is not kept.
func (v Vault) Open(ctx context.Context, ref string) ([]byte, error) {
	name, version, err := vault.ParseRef(ref)
	if err != nil {
		return nil, err
	}
	s, _, err := engine.Load[vault.SecretState](ctx, v.Engine, vault.SecretID(name))
	if err != nil {
		return nil, missing(name, err)
	}
	stored, err := s.Find(version)
	if err != nil {
		return nil, err
	}
	return v.open(ctx, stored.Sealed)
}

// Current gives the newest version of a secret, and its value.
func (v Vault) Current(ctx context.Context, name string) (version int, value []byte, err error) {
	s, _, err := engine.Load[vault.SecretState](ctx, v.Engine, vault.SecretID(name))
	if err != nil {
		return 0, nil, missing(name, err)
	}
	stored, err := s.Current()
	if err != nil {
		return 0, nil, err
	}
	value, err = v.open(ctx, stored.Sealed)
	return stored.Version, value, err
}

func (v Vault) open(ctx context.Context, s vault.Sealed) ([]byte, error) {
	if s.Blob == "" {
		return v.Box.Open(s.Bytes)
	}
	b, err := v.Engine.Blobs().Get(ctx, s.Blob)
	if err != nil {
		return nil, err
	}
	return v.Box.Open(b)
}

func missing(name string, err error) error {
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, "there is no secret %s", name).WithHint("slipway secret set %s", name)
	}
	return err
}

// EnsureKey makes the first signing key, if there is none. It refuses a store that another
// identity sealed.
func (v Vault) EnsureKey(ctx context.Context, actor machine.Actor) error {
	keys, _, err := engine.Load[vault.KeysState](ctx, v.Engine, vault.KeysID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if current, err := keys.Current(); err == nil {
		return v.fits(current)
	}
	_, err = v.newKey(ctx, actor, vault.EventKeyMade)
	return err
}

// fits says whether this machine's identity opens what the store holds. A control plane with
// another one could neither sign nor give secrets to what it starts.
func (v Vault) fits(current vault.Key) error {
	if _, err := sign.OpenKey(v.Box, current.Sealed); err != nil {
		return fault.New(fault.Refused, "the secrets in this store are sealed for another identity than the one in this data directory").Because(err).
			WithHint("copy age.key from the data directory of the control plane that made the store")
	}
	return nil
}

// RotateKey makes a new key that signs from now on; what the old one signed stays valid.
func (v Vault) RotateKey(ctx context.Context, actor machine.Actor) (string, error) {
	return v.newKey(ctx, actor, vault.EventKeyRotated)
}

func (v Vault) newKey(ctx context.Context, actor machine.Actor, kind string) (string, error) {
	k, err := v.makeKey()
	if err != nil {
		return "", err
	}
	_, err = v.Engine.Submit(ctx, event(actor, vault.KeysID, kind, k))
	return k.ID, err
}

func (v Vault) makeKey() (vault.NewKey, error) {
	k, err := sign.NewKey()
	if err != nil {
		return vault.NewKey{}, err
	}
	sealed, err := k.Seal(v.Box)
	return vault.NewKey{ID: k.ID(), PEM: k.PEM(), Sealed: sealed}, err
}

// RevokeKey declares all that a key signed to be worth nothing. If it was the current one,
// a new one takes its place in the same commit.
func (v Vault) RevokeKey(ctx context.Context, actor machine.Actor, id, reason string) (engine.Receipt, error) {
	keys, _, err := engine.Load[vault.KeysState](ctx, v.Engine, vault.KeysID)
	if err != nil {
		return engine.Receipt{}, err
	}
	events := []engine.To{event(actor, vault.KeysID, vault.EventKeyRevoked, vault.RevokedKey{ID: id, Reason: reason})}
	if current, err := keys.Current(); err == nil && current.ID == id {
		k, err := v.makeKey()
		if err != nil {
			return engine.Receipt{}, err
		}
		events = append(events, event(actor, vault.KeysID, vault.EventKeyMade, k))
	}
	return v.Engine.Submit(ctx, events...)
}

// Sign puts a statement into a signed envelope.
func (v Vault) Sign(ctx context.Context, s sign.Statement) ([]byte, error) {
	keys, _, err := engine.Load[vault.KeysState](ctx, v.Engine, vault.KeysID)
	if err != nil {
		return nil, fmt.Errorf("the signing keys: %w", err)
	}
	current, err := keys.Current()
	if err != nil {
		return nil, err
	}
	k, err := sign.OpenKey(v.Box, current.Sealed)
	if err != nil {
		return nil, err
	}
	return k.Sign(ctx, s)
}

// Trusted gives all keys that ever signed here, with those that were revoked marked.
func (v Vault) Trusted(ctx context.Context) ([]sign.Trusted, error) {
	keys, _, err := engine.Load[vault.KeysState](ctx, v.Engine, vault.KeysID)
	if err != nil {
		return nil, fmt.Errorf("the signing keys: %w", err)
	}
	trusted := make([]sign.Trusted, 0, len(keys.Keys))
	for _, k := range keys.Keys {
		trusted = append(trusted, sign.Trusted{PEM: k.PEM, Revoked: k.Status == vault.KeyRevoked})
	}
	return trusted, nil
}

func event(a machine.Actor, to, kind string, data any) engine.To {
	return engine.To{Machine: to, Event: machine.Event{Type: kind, Actor: a, Data: machine.Must(data)}}
}
