package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"

	"slipway.dev/internal/core/fault"
)

const pageOrigin = "https://slipway.example"

// authenticator is a security key in software: ES256, without attestation.
type authenticator struct {
	*testing.T
	key    *ecdsa.PrivateKey
	id     []byte
	handle []byte
	count  uint32
	origin string
	rp     string
	flags  byte
}

func newAuthenticator(t *testing.T) *authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	return &authenticator{T: t, key: key, id: id, origin: pageOrigin, rp: "slipway.example", flags: 0x05} // present and verified
}

var b64 = base64.RawURLEncoding

func (a *authenticator) data(flags byte) []byte {
	a.count++
	rp := sha256.Sum256([]byte(a.rp))
	out := append(rp[:], flags)
	return binary.BigEndian.AppendUint32(out, a.count)
}

func (a *authenticator) client(kind, challenge string) []byte {
	raw, _ := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": a.origin, "crossOrigin": false})
	return raw
}

// create answers navigator.credentials.create.
func (a *authenticator) create(options json.RawMessage) []byte {
	a.Helper()
	var o struct {
		PublicKey struct {
			Challenge string
			User      struct{ ID string }
		}
	}
	if err := json.Unmarshal(options, &o); err != nil {
		a.Fatal(err)
	}
	a.handle, _ = b64.DecodeString(o.PublicKey.User.ID)
	x, y := make([]byte, 32), make([]byte, 32)
	a.key.X.FillBytes(x) //nolint:staticcheck // COSE wants the coordinates
	a.key.Y.FillBytes(y) //nolint:staticcheck // likewise
	cose, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: x, -3: y})
	if err != nil {
		a.Fatal(err)
	}
	data := a.data(a.flags | 0x40)
	data = append(data, make([]byte, 16)...)
	data = binary.BigEndian.AppendUint16(data, uint16(len(a.id)))
	data = append(append(data, a.id...), cose...)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	if err != nil {
		a.Fatal(err)
	}
	return a.answer(map[string]any{"clientDataJSON": b64.EncodeToString(a.client("webauthn.create", o.PublicKey.Challenge)), "attestationObject": b64.EncodeToString(object)})
}

// get answers navigator.credentials.get.
func (a *authenticator) get(options json.RawMessage) []byte {
	a.Helper()
	var o struct{ PublicKey struct{ Challenge string } }
	if err := json.Unmarshal(options, &o); err != nil {
		a.Fatal(err)
	}
	client, data := a.client("webauthn.get", o.PublicKey.Challenge), a.data(a.flags)
	sum := sha256.Sum256(client)
	digest := sha256.Sum256(append(append([]byte{}, data...), sum[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, digest[:])
	if err != nil {
		a.Fatal(err)
	}
	return a.answer(map[string]any{"clientDataJSON": b64.EncodeToString(client), "authenticatorData": b64.EncodeToString(data),
		"signature": b64.EncodeToString(signature), "userHandle": b64.EncodeToString(a.handle)})
}

func (a *authenticator) answer(response map[string]any) []byte {
	id := b64.EncodeToString(a.id)
	raw, _ := json.Marshal(map[string]any{"id": id, "rawId": id, "type": "public-key", "response": response})
	return raw
}

func TestPasskeys(t *testing.T) {
	t.Parallel()
	p, err := NewPasskeys(pageOrigin+"/", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	a := newAuthenticator(t)
	options, flow, err := p.BeginNew(Holder{Name: "ada", Title: "Ada"})
	if err != nil {
		t.Fatal(err)
	}
	name, key, err := p.FinishNew(flow, a.create(options))
	if err != nil || name != "ada" || key.ID != b64.EncodeToString(a.id) {
		t.Fatalf("%s %+v %v", name, key, err)
	}
	kept := key.Credential
	find := func(name string) (Holder, error) {
		if name != "ada" {
			return Holder{}, errors.New("nobody")
		}
		return Holder{Name: "ada", Keys: []json.RawMessage{kept}}, nil
	}
	prove := func(a *authenticator) (string, error) {
		options, flow, err := p.BeginProof()
		if err != nil {
			t.Fatal(err)
		}
		answer := a.get(options)
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
	for what, change := range map[string]func(a *authenticator){
		"another site's":          func(a *authenticator) { a.origin = "https://evil.example" },
		"for another name":        func(a *authenticator) { a.rp = "evil.example" },
		"another key's":           func(a *authenticator) { a.key = newAuthenticator(t).key },
		"another credential's":    func(a *authenticator) { a.id = newAuthenticator(t).id },
		"nobody's":                func(a *authenticator) { a.handle = []byte("eve") },
		"of who did not prove it": func(a *authenticator) { a.flags = 0x01 },
		"a copy's":                func(a *authenticator) { a.count = 0 },
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
