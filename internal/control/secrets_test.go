package control_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// TestSecretsNeverLeave looks for a value in all that is given, kept and logged.
func TestSecretsNeverLeave(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", platform)
	const value = "correct-horse-battery-staple"
	first := try(w.SetSecret(w.ctx, "payment-key", []byte(value)))(t)
	second := try(w.SetSecret(w.ctx, "payment-key", []byte(value+"-2")))(t)
	if len(first.Versions) != 1 || len(second.Versions) != 2 || second.Versions[1].By != "token:local" {
		t.Errorf("%+v, %+v", first, second)
	}
	try(w.SetSecret(w.ctx, "large", bytes.Repeat([]byte(value), 1000)))(t) // is kept as a blob
	w.pushed("a1", strings.Replace(tickets, "  routes", "  secrets: {PAYMENT_KEY: {from: payment-key}}\n  routes", 1))
	w.until("live", func(l model.Lane) bool { return l.Current != nil && l.Active == nil })
	_, err := w.SetSecret(w.ctx, "no name", []byte(value))
	w.refused(err, fault.Invalid, "no name")
	if strings.Contains(err.Error(), value) {
		t.Error("the refusal tells the value")
	}

	var seen bytes.Buffer
	for what, err := range map[string]error{
		"export": w.ExportAudit(w.ctx, &seen), "backup": w.store.Dump(t.Context(), &seen),
	} {
		if err != nil {
			t.Fatal(what, err)
		}
	}
	say := json.NewEncoder(&seen)
	for _, v := range []any{
		try(w.Secrets(w.ctx))(t), try(w.Resources(w.ctx, ""))(t), try(w.Lanes(w.ctx))(t), try(w.Releases(w.ctx, "tickets", 0))(t),
		try(w.Deployments(w.ctx, model.DeploymentsQuery{}))(t), try(w.Audit(w.ctx, model.AuditQuery{}))(t), first, second,
	} {
		if err := say.Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	seen.WriteString(w.output.String())
	for _, form := range []string{value, base64.StdEncoding.EncodeToString([]byte(value))[:30]} {
		if strings.Contains(seen.String(), form) {
			t.Errorf("the value is to be seen as %s", form)
		}
	}
	if !strings.Contains(seen.String(), "payment-key") {
		t.Error("the name is to be seen nowhere: this looked at nothing")
	}
	if _, plain, err := w.vault.Current(t.Context(), "payment-key"); err != nil || string(plain) != value+"-2" {
		t.Errorf("%q, %v", plain, err)
	}
}

func TestSecrets(t *testing.T) {
	w := newWorld(t)
	_, err := w.SetSecret(w.ctx, "k", nil)
	w.refused(err, fault.Invalid, "empty")
	_, err = w.RemoveSecret(w.ctx, "k")
	w.refused(err, fault.NotFound, "there is no secret k")
	_, err = w.RemoveSecret(w.ctx, "../k")
	w.refused(err, fault.Invalid)
	try(w.SetSecret(w.ctx, "k", []byte("1")))(t)
	try(w.RemoveSecret(w.ctx, "k"))(t)
	if list := try(w.Secrets(w.ctx))(t); len(list) != 0 {
		t.Errorf("%+v", list)
	}
	_, err = w.RemoveSecret(w.ctx, "k")
	w.refused(err, fault.NotFound)
	if s := try(w.SetSecret(w.ctx, "k", []byte("2")))(t); s.Versions[0].Number != 2 {
		t.Errorf("a removed secret's version was given again: %+v", s)
	}
}

func TestSigningKeys(t *testing.T) {
	w := newWorld(t)
	statuses := func() string {
		var list []string
		for _, k := range try(w.SigningKeys(w.ctx))(t) {
			list = append(list, k.Status)
		}
		return strings.Join(list, " ")
	}
	old := try(w.SigningKeys(w.ctx))(t)[0]
	made := try(w.RotateSigningKey(w.ctx))(t)
	if statuses() != "rotated current" || made.Status != "current" || made.ID == old.ID || !strings.Contains(made.Public, "PUBLIC KEY") {
		t.Errorf("%s, %+v", statuses(), made)
	}
	// A revoked key that signs has its successor at once: something always signs.
	try(w.RevokeSigningKey(w.ctx, made.ID))(t)
	if statuses() != "rotated revoked current" {
		t.Error(statuses())
	}
	try(w.RevokeSigningKey(w.ctx, old.ID))(t)
	if statuses() != "revoked revoked current" {
		t.Error(statuses())
	}
	_, err := w.RevokeSigningKey(w.ctx, old.ID)
	w.refused(err, fault.Refused, "revoked before")
	_, err = w.RevokeSigningKey(w.ctx, "nosuch")
	w.refused(err, fault.NotFound)
}
