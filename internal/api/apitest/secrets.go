package apitest

import (
	"context"
	"fmt"
	"slices"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// Secrets lists secrets.
func (f *Fake) Secrets(ctx context.Context) ([]model.Secret, error) {
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	var out []model.Secret
	for _, s := range f.secrets {
		out = append(out, *s)
	}
	return out, nil
}

// SetSecret adds a version.
func (f *Fake) SetSecret(ctx context.Context, name string, value []byte) (model.Secret, error) {
	if err := f.enter(ctx); err != nil {
		return model.Secret{}, err
	}
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.secrets, func(s *model.Secret) bool { return s.Name == name })
	if i < 0 {
		i = len(f.secrets)
		f.secrets = append(f.secrets, &model.Secret{Name: name})
	}
	s := f.secrets[i]
	s.Versions = append(s.Versions, model.SecretVersion{Number: len(s.Versions) + 1, At: f.now, By: Actor(ctx).Name})
	f.values[name] = value
	return *s, nil
}

// Value is what a secret was last set to.
func (f *Fake) Value(name string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return string(f.values[name])
}

// RemoveSecret removes one.
func (f *Fake) RemoveSecret(ctx context.Context, name string) (model.Receipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.Receipt{}, err
	}
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.secrets, func(s *model.Secret) bool { return s.Name == name })
	if i < 0 {
		return model.Receipt{}, fault.New(fault.NotFound, "there is no secret %s", name)
	}
	f.secrets = slices.Delete(f.secrets, i, i+1)
	return f.note(Actor(ctx), "secret/"+name, "secret.removed"), nil
}

// SigningKeys lists keys.
func (f *Fake) SigningKeys(ctx context.Context) ([]model.SigningKey, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.keys), nil
}

// RotateSigningKey adds a key.
func (f *Fake) RotateSigningKey(ctx context.Context) (model.SigningKey, error) {
	if err := f.enter(ctx); err != nil {
		return model.SigningKey{}, err
	}
	defer f.mu.Unlock()
	for i := range f.keys {
		f.keys[i].Status = "rotated"
	}
	k := model.SigningKey{ID: fmt.Sprintf("key-%d", len(f.keys)+1), Status: "current", At: f.now, Public: "-----BEGIN PUBLIC KEY-----\n"}
	f.keys = append(f.keys, k)
	return k, nil
}

// RevokeSigningKey revokes one.
func (f *Fake) RevokeSigningKey(ctx context.Context, id string) (model.Receipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.Receipt{}, err
	}
	defer f.mu.Unlock()
	for i := range f.keys {
		if f.keys[i].ID == id {
			f.keys[i].Status = "revoked"
			return f.note(Actor(ctx), "key/"+id, "key.revoked"), nil
		}
	}
	return model.Receipt{}, fault.New(fault.NotFound, "there is no key %s", id)
}
