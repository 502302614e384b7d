package identity

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/identity/identitytest"
)

const pageOrigin = "https://slipway.example"

func TestPasskeys(t *testing.T) {
	t.Parallel()
	p, err := NewPasskeys(pageOrigin+"/", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	a := identitytest.NewAuthenticator(t, pageOrigin)
	options, flow, err := p.BeginNew(Holder{Name: "ada", Title: "Ada"})
	if err != nil {
		t.Fatal(err)
	}
	name, key, err := p.FinishNew(flow, a.Create(options))
	if err != nil || name != "ada" || key.ID != base64.RawURLEncoding.EncodeToString(a.ID) {
		t.Fatalf("%s %+v %v", name, key, err)
	}
	kept := key.Credential
	find := func(name string) (Holder, error) {
		if name != "ada" {
			return Holder{}, errors.New("nobody")
		}
		return Holder{Name: "ada", Keys: []json.RawMessage{kept}}, nil
	}
	prove := func(a *identitytest.Authenticator) (string, error) {
		options, flow, err := p.BeginProof()
		if err != nil {
			t.Fatal(err)
		}
		answer := a.Get(options)
		name, key, err := p.FinishProof(flow, answer, find)
		if err == nil {
			kept = key.Credential
			if _, _, again := p.FinishProof(flow, answer, find); !fault.Is(again, fault.Denied) {
				t.Errorf("an answer counts twice: %v", again)
			}
		}
		return name, err
	}
	for range 2 {
		if name, err := prove(a); err != nil || name != "ada" {
			t.Fatal(name, err)
		}
	}
	for what, change := range map[string]func(a *identitytest.Authenticator){
		"another site's":          func(a *identitytest.Authenticator) { a.Origin = "https://evil.example" },
		"for another name":        func(a *identitytest.Authenticator) { a.RP = "evil.example" },
		"another key's":           func(a *identitytest.Authenticator) { a.Key = identitytest.NewAuthenticator(t, pageOrigin).Key },
		"another credential's":    func(a *identitytest.Authenticator) { a.ID = identitytest.NewAuthenticator(t, pageOrigin).ID },
		"nobody's":                func(a *identitytest.Authenticator) { a.Handle = []byte("eve") },
		"of who did not prove it": func(a *identitytest.Authenticator) { a.Flags = 0x01 },
		"a copy's":                func(a *identitytest.Authenticator) { a.Count = 0 },
	} {
		b := *a
		change(&b)
		if name, err := prove(&b); !fault.Is(err, fault.Denied) {
			t.Errorf("%s passkey: %s %v", what, name, err)
		}
	}
	if _, _, err := p.FinishNew("nosuch", nil); !fault.Is(err, fault.Denied) {
		t.Error(err)
	}
	if _, _, err := p.FinishProof("nosuch", nil, find); !fault.Is(err, fault.Denied) {
		t.Error(err)
	}
}
