// Package identitytest has what signs in during tests: a security key, and an identity
// provider. Both are real, and do what a test tells them besides.
package identitytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/url"
	"testing"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

// Authenticator is a security key in software: ES256, without attestation.
type Authenticator struct {
	*testing.T
	Key    *ecdsa.PrivateKey
	ID     []byte
	Handle []byte // account that the passkey is of
	Count  uint32
	Origin string // what the browser says where it is
	RP     string
	Flags  byte // 0x01: somebody is present; 0x04: they have proven who they are
}

// NewAuthenticator gives one for a page's address.
func NewAuthenticator(t *testing.T, page string) *Authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(page)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	return &Authenticator{T: t, Key: key, ID: id, Origin: page, RP: u.Hostname(), Flags: 0x05} // present and verified
}

var b64 = base64.RawURLEncoding

func (a *Authenticator) data(flags byte) []byte {
	a.Count++
	rp := sha256.Sum256([]byte(a.RP))
	out := append(rp[:], flags)
	return binary.BigEndian.AppendUint32(out, a.Count)
}

func (a *Authenticator) client(kind, challenge string) []byte {
	raw, _ := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": a.Origin, "crossOrigin": false})
	return raw
}

// Create answers navigator.credentials.create.
func (a *Authenticator) Create(options json.RawMessage) []byte {
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
	a.Handle, _ = b64.DecodeString(o.PublicKey.User.ID)
	x, y := make([]byte, 32), make([]byte, 32)
	a.Key.X.FillBytes(x) //nolint:staticcheck // COSE wants the coordinates
	a.Key.Y.FillBytes(y) //nolint:staticcheck // likewise
	cose, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: x, -3: y})
	if err != nil {
		a.Fatal(err)
	}
	data := a.data(a.Flags | 0x40)
	data = append(data, make([]byte, 16)...)
	data = binary.BigEndian.AppendUint16(data, uint16(len(a.ID)))
	data = append(append(data, a.ID...), cose...)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	if err != nil {
		a.Fatal(err)
	}
	return a.answer(map[string]any{"clientDataJSON": b64.EncodeToString(a.client("webauthn.create", o.PublicKey.Challenge)), "attestationObject": b64.EncodeToString(object)})
}

// Get answers navigator.credentials.get.
func (a *Authenticator) Get(options json.RawMessage) []byte {
	a.Helper()
	var o struct{ PublicKey struct{ Challenge string } }
	if err := json.Unmarshal(options, &o); err != nil {
		a.Fatal(err)
	}
	client, data := a.client("webauthn.get", o.PublicKey.Challenge), a.data(a.Flags)
	sum := sha256.Sum256(client)
	digest := sha256.Sum256(append(append([]byte{}, data...), sum[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.Key, digest[:])
	if err != nil {
		a.Fatal(err)
	}
	return a.answer(map[string]any{"clientDataJSON": b64.EncodeToString(client), "authenticatorData": b64.EncodeToString(data),
		"signature": b64.EncodeToString(signature), "userHandle": b64.EncodeToString(a.Handle)})
}

func (a *Authenticator) answer(response map[string]any) []byte {
	id := b64.EncodeToString(a.ID)
	raw, _ := json.Marshal(map[string]any{"id": id, "rawId": id, "type": "public-key", "response": response})
	return raw
}
