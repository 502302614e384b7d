package vault

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/vault"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/secret"
	"slipway.dev/internal/sign"
	"slipway.dev/internal/store"
)

var ada = machine.Actor{Kind: "person", Name: "ada"}

func newVault(t *testing.T) Vault {
	t.Helper()
	t.Parallel()
	dir := t.TempDir()
	quiet := slog.New(slog.DiscardHandler)
	s, err := store.Open(t.Context(), filepath.Join(dir, "s.db"), store.Options{Log: quiet})
	must(t, err)
	e := engine.New(s, engine.Options{Log: quiet})
	engine.Register(e, "secret", vault.SecretVersion, vault.Secret{})
	engine.Register(e, "key", vault.KeysVersion, vault.Keys{})
	must(t, e.Start(t.Context()))
	t.Cleanup(func() { must(t, errors.Join(e.Stop(context.Background()), s.Close())) })
	box, err := secret.OpenBox(filepath.Join(dir, "age.key"))
	must(t, err)
	return Vault{Engine: e, Box: box}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestSecretsOpenAgain(t *testing.T) {
	v := newVault(t)
	values := [][]byte{[]byte("short"), {0, 255, '\n'}, bytes.Repeat([]byte("long "), 10_000)} // the last one becomes a blob
	for _, value := range values {
		_, err := v.Put(t.Context(), ada, "key", value)
		must(t, err)
	}
	for i, value := range values {
		if got, err := v.Open(t.Context(), vault.Ref("key", i+1)); err != nil || !bytes.Equal(got, value) {
			t.Errorf("version %d: %.20q, %v", i+1, got, err)
		}
	}
	if version, got, err := v.Current(t.Context(), "key"); err != nil || version != 3 || !bytes.Equal(got, values[2]) {
		t.Errorf("%d, %.20q, %v", version, got, err)
	}
	for ref, code := range map[string]fault.Code{"key@4": fault.NotFound, "other@1": fault.NotFound, "key": fault.Invalid, "../key@1": fault.Invalid} {
		if _, err := v.Open(t.Context(), ref); !fault.Is(err, code) {
			t.Errorf("%s: %v", ref, err)
		}
	}
	if _, _, err := v.Current(t.Context(), "other"); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	if _, err := v.Put(t.Context(), ada, "no name", []byte("x")); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
	if _, err := v.Put(t.Context(), ada, "key", make([]byte, secret.MaxSize+1)); !fault.Is(err, fault.TooLarge) {
		t.Error(err)
	}
}

func TestKeys(t *testing.T) {
	v := newVault(t)
	ctx := t.Context()
	if _, err := v.Sign(ctx, sign.Statement{}); err == nil {
		t.Error("signed without a key")
	}
	if _, err := v.RevokeKey(ctx, ada, "x", "lost"); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	must(t, v.EnsureKey(ctx, ada))
	must(t, v.EnsureKey(ctx, ada))
	current := func() vault.Key {
		t.Helper()
		s, _, err := engine.Load[vault.KeysState](ctx, v.Engine, vault.KeysID)
		must(t, err)
		k, err := s.Current()
		must(t, err)
		return k
	}
	statement := sign.Statement{Subjects: []sign.Subject{{Name: "x", Digest: store.BlobDigest([]byte("x"))}}, PredicateType: "https://example.test/x/v1", Predicate: []byte(`{}`)}
	signed := func() []byte {
		t.Helper()
		envelope, err := v.Sign(ctx, statement)
		must(t, err)
		return envelope
	}
	valid := func(envelope []byte) bool {
		t.Helper()
		trusted, err := v.Trusted(ctx)
		must(t, err)
		_, err = sign.Verify(ctx, envelope, trusted)
		return err == nil
	}
	first := current()
	before := signed()
	id, err := v.RotateKey(ctx, ada)
	must(t, err)
	after := signed()
	if current().ID != id || id == first.ID || !valid(before) || !valid(after) {
		t.Error("what was signed before a rotation stays valid")
	}
	receipt, err := v.RevokeKey(ctx, ada, id, "lost")
	must(t, err)
	if len(receipt.Steps) != 2 {
		t.Errorf("the successor comes in the same commit: %+v", receipt)
	}
	if !valid(before) || valid(after) || !valid(signed()) || current().ID == id {
		t.Error("a revoked key vouches for something, or nothing signs any more")
	}
}

// TestOtherIdentity: a store that was sealed for another identity is refused at once.
func TestOtherIdentity(t *testing.T) {
	v := newVault(t)
	must(t, v.EnsureKey(t.Context(), ada))
	other, err := secret.OpenBox(filepath.Join(t.TempDir(), "age.key"))
	must(t, err)
	v.Box = other
	if err := v.EnsureKey(t.Context(), ada); !fault.Is(err, fault.Refused) {
		t.Error(err)
	}
}
