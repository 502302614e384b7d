package sign

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/secret"
)

var statement = Statement{
	Subjects:      []Subject{{Name: "tickets", Digest: "sha256:" + strings.Repeat("ab", 32)}},
	PredicateType: "https://example.test/checked/v1",
	Predicate:     json.RawMessage(`{"passed":true,"by":["a","b"],"count":3}`),
}

func newKey(t *testing.T) Key {
	t.Helper()
	k, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func signed(t *testing.T, k Key) []byte {
	t.Helper()
	e, err := k.Sign(t.Context(), statement)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestSignedIsVerified(t *testing.T) {
	t.Parallel()
	k, other := newKey(t), newKey(t)
	got, err := Verify(t.Context(), signed(t, k), []Trusted{{PEM: other.PEM()}, {PEM: k.PEM()}})
	if err != nil {
		t.Fatal(err)
	}
	if got.KeyID != k.ID() || !got.About(statement.Subjects[0].Digest) || got.About("sha256:other") {
		t.Errorf("got %+v", got)
	}
	if diff := cmp.Diff(statement.Subjects, got.Subjects); diff != "" {
		t.Error(diff)
	}
	var want, have any
	if err := json.Unmarshal(got.Predicate, &have); err != nil {
		t.Fatal(err)
	}
	_ = json.Unmarshal(statement.Predicate, &want)
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
	if !bytes.Equal(signed(t, k), signed(t, k)) {
		t.Error("the same statement, signed twice, gives different bytes")
	}
}

func TestNotVerified(t *testing.T) {
	t.Parallel()
	k, other := newKey(t), newKey(t)
	good := signed(t, k)
	change := func(f func(*dsse.Envelope)) []byte {
		var e dsse.Envelope
		if err := json.Unmarshal(good, &e); err != nil {
			t.Fatal(err)
		}
		f(&e)
		b, _ := json.Marshal(e)
		return b
	}
	forged := base64.StdEncoding.EncodeToString([]byte(`{"_type":"https://in-toto.io/Statement/v1"}`))
	for name, c := range map[string]struct {
		envelope []byte
		keys     []Trusted
		code     fault.Code
		text     string
	}{
		"no keys":       {good, nil, fault.Denied, "not signed with any"},
		"another key":   {good, []Trusted{{PEM: other.PEM()}}, fault.Denied, "not signed with any"},
		"revoked key":   {good, []Trusted{{PEM: other.PEM()}, {PEM: k.PEM(), Revoked: true}}, fault.Denied, "was revoked"},
		"changed":       {change(func(e *dsse.Envelope) { e.Payload = forged }), []Trusted{{PEM: k.PEM()}}, fault.Denied, "not signed"},
		"no signature":  {change(func(e *dsse.Envelope) { e.Signatures = nil }), []Trusted{{PEM: k.PEM()}}, fault.Denied, "not signed"},
		"another type":  {change(func(e *dsse.Envelope) { e.PayloadType = "text/plain" }), []Trusted{{PEM: k.PEM()}}, fault.Invalid, "text/plain"},
		"claims key":    {change(func(e *dsse.Envelope) { e.Signatures[0].KeyID = other.ID() }), []Trusted{{PEM: k.PEM()}, {PEM: other.PEM()}}, fault.Denied, "not signed"},
		"no envelope":   {[]byte("[]"), []Trusted{{PEM: k.PEM()}}, fault.Invalid, "not a DSSE envelope"},
		"too large":     {make([]byte, MaxEnvelope+1), nil, fault.TooLarge, "limit"},
		"bad public":    {good, []Trusted{{PEM: "x"}}, fault.Invalid, "no public key"},
		"signed, empty": {signedRaw(t, k, `{}`), []Trusted{{PEM: k.PEM()}}, fault.Invalid, "not valid"},
	} {
		_, err := Verify(t.Context(), c.envelope, c.keys)
		if !fault.Is(err, c.code) || !strings.Contains(fmt.Sprint(err), c.text) {
			t.Errorf("%s: got %v, want %s with %q", name, err, c.code, c.text)
		}
	}
}

func signedRaw(t *testing.T, k Key, payload string) []byte {
	t.Helper()
	es, err := dsse.NewEnvelopeSigner(signer{k})
	if err != nil {
		t.Fatal(err)
	}
	e, err := es.SignPayload(t.Context(), PayloadType, []byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	b, _ := json.Marshal(e)
	return b
}

func TestInvalidStatementIsNotSigned(t *testing.T) {
	t.Parallel()
	k := newKey(t)
	for name, s := range map[string]Statement{
		"no subject":   {PredicateType: "x", Predicate: json.RawMessage(`{}`)},
		"no predicate": {Subjects: statement.Subjects, PredicateType: "x"},
		"a list":       {Subjects: statement.Subjects, PredicateType: "x", Predicate: json.RawMessage(`[]`)},
		"no type":      {Subjects: statement.Subjects, Predicate: json.RawMessage(`{}`)},
		"no digest":    {Subjects: []Subject{{Name: "x"}}, PredicateType: "x", Predicate: json.RawMessage(`{}`)},
		"short digest": {Subjects: []Subject{{Name: "x", Digest: "sha256:ab"}}, PredicateType: "x", Predicate: json.RawMessage(`{}`)},
	} {
		if _, err := k.Sign(t.Context(), s); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestKeySurvivesTheBox(t *testing.T) {
	t.Parallel()
	box, err := secret.OpenBox(filepath.Join(t.TempDir(), "identity"))
	if err != nil {
		t.Fatal(err)
	}
	k := newKey(t)
	sealed, err := k.Seal(box)
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenKey(box, sealed)
	if err != nil || again.ID() != k.ID() {
		t.Fatalf("%v, %v", again, err)
	}
	if _, err := Verify(t.Context(), signed(t, again), []Trusted{{PEM: k.PEM()}}); err != nil {
		t.Fatal(err)
	}
	if other, _ := box.Seal([]byte("not a key")); other != nil {
		if _, err := OpenKey(box, other); err == nil {
			t.Error("something else opened as a key")
		}
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if out := fmt.Sprintf(verb, k); out != "key "+k.ID() {
			t.Errorf("%s prints %s", verb, out)
		}
	}
}

func TestPublicKeyIsReadByOpenSSL(t *testing.T) {
	t.Parallel()
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("there is no openssl here")
	}
	k := newKey(t)
	file := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(file, []byte(k.PEM()), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("sh", "-c", openssl+` pkey -pubin -in "$0" -outform DER | sha256sum`, file).Output()
	if err != nil || !strings.HasPrefix(string(out), k.ID()) {
		t.Fatalf("openssl says %s, %v; want %s", out, err, k.ID())
	}
}

func TestOtherPublicKeysRefused(t *testing.T) {
	t.Parallel()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, _ := x509.MarshalPKIXPublicKey(&private.PublicKey)
	for _, text := range []string{
		"", "x",
		string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: []byte("x")})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	} {
		if _, err := ParsePublic(text); !fault.Is(err, fault.Invalid) {
			t.Errorf("%.40q: %v", text, err)
		}
	}
}

func FuzzVerify(f *testing.F) {
	k, err := NewKey()
	if err != nil {
		f.Fatal(err)
	}
	other, _ := NewKey()
	good, err := other.Sign(f.Context(), statement)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"payloadType":"application/vnd.in-toto+json","payload":"","signatures":[{}]}`))
	trusted := []Trusted{{PEM: k.PEM()}}
	f.Fuzz(func(t *testing.T, envelope []byte) {
		if v, err := Verify(t.Context(), envelope, trusted); err == nil {
			t.Fatalf("verified what was never signed: %+v", v)
		}
	})
}
