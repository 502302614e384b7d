package control

import (
	"context"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/vault"
	"slipway.dev/internal/engine"
)

// Vault seals secrets and makes signing keys.
type Vault interface {
	Put(ctx context.Context, actor machine.Actor, name string, value []byte) (engine.Receipt, error)
	Current(ctx context.Context, name string) (version int, value []byte, err error)
	Open(ctx context.Context, ref string) ([]byte, error) // "name@version"
	RotateKey(ctx context.Context, actor machine.Actor) (id string, err error)
	RevokeKey(ctx context.Context, actor machine.Actor, id, reason string) (engine.Receipt, error)
}

// Secrets lists names and versions; values never leave.
func (c *Control) Secrets(ctx context.Context) ([]model.Secret, error) {
	if _, err := c.may(ctx, access.Read, access.Scope{}); err != nil {
		return nil, err
	}
	all, err := engine.All[vault.SecretState](ctx, c.Engine, "secret/")
	if err != nil {
		return nil, err
	}
	list := []model.Secret{}
	for _, s := range all {
		if !s.Removed {
			list = append(list, secretOf(s))
		}
	}
	return list, nil
}

// SetSecret gives a secret a new value. What runs keeps the one it was deployed with.
func (c *Control) SetSecret(ctx context.Context, name string, value []byte) (model.Secret, error) {
	actor, err := c.may(ctx, access.Secrets, access.Scope{})
	if err != nil {
		return model.Secret{}, err
	}
	if len(value) == 0 {
		return model.Secret{}, fault.New(fault.Invalid, "the secret %s would be empty", name).WithHint("give its value on standard input or with --file")
	}
	if _, err := c.Vault.Put(ctx, actor, name, value); err != nil {
		return model.Secret{}, err
	}
	s, _, err := engine.Load[vault.SecretState](ctx, c.Engine, vault.SecretID(name))
	return secretOf(s), err
}

// RemoveSecret drops all values of a secret. A deployment that needs it fails from then on.
func (c *Control) RemoveSecret(ctx context.Context, name string) (model.Receipt, error) {
	actor, err := c.may(ctx, access.Secrets, access.Scope{})
	if err != nil {
		return model.Receipt{}, err
	}
	if err := vault.CheckName(name); err != nil {
		return model.Receipt{}, err
	}
	if _, _, err := engine.Load[vault.SecretState](ctx, c.Engine, vault.SecretID(name)); err != nil {
		return model.Receipt{}, noSuch("secret", name, err)
	}
	return c.tell(ctx, actor, vault.SecretID(name), vault.EventSecretRemoved, nil)
}

func secretOf(s vault.SecretState) model.Secret {
	m := model.Secret{Name: s.Name}
	for _, v := range s.Listing().Versions {
		m.Versions = append(m.Versions, model.SecretVersion{Number: v.Version, At: v.At, By: v.By.String()})
	}
	return m
}

// SigningKeys lists the public keys that ever signed here.
func (c *Control) SigningKeys(ctx context.Context) ([]model.SigningKey, error) {
	if _, err := c.may(ctx, access.Read, access.Scope{}); err != nil {
		return nil, err
	}
	keys, _, err := engine.Load[vault.KeysState](ctx, c.Engine, vault.KeysID)
	list := []model.SigningKey{}
	for _, k := range keys.Keys {
		list = append(list, model.SigningKey{ID: k.ID, Status: string(k.Status), At: k.Made, Public: k.PEM})
	}
	return list, err
}

// RotateSigningKey makes a new key; what the old one signed stays valid.
func (c *Control) RotateSigningKey(ctx context.Context) (model.SigningKey, error) {
	actor, err := c.may(ctx, access.Keys, access.Scope{})
	if err != nil {
		return model.SigningKey{}, err
	}
	id, err := c.Vault.RotateKey(ctx, actor)
	if err != nil {
		return model.SigningKey{}, err
	}
	keys, err := c.SigningKeys(ctx)
	for _, k := range keys {
		if k.ID == id {
			return k, err
		}
	}
	return model.SigningKey{}, err
}

// RevokeSigningKey declares all that a key signed to be worth nothing.
func (c *Control) RevokeSigningKey(ctx context.Context, id string) (model.Receipt, error) {
	actor, err := c.may(ctx, access.Keys, access.Scope{})
	if err != nil {
		return model.Receipt{}, err
	}
	r, err := c.Vault.RevokeKey(ctx, actor, id, "revoked by "+actor.String())
	return model.Receipt{Position: r.Position}, err
}

// noSuch says what is not there in the user's words.
func noSuch(what, name string, err error) error {
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, "there is no %s %s", what, name)
	}
	return err
}
