package sign

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"

	"slipway.dev/internal/core/fault"
)

// Key is a private signing key. It prints as its ID only.
type Key struct {
	private ed25519.PrivateKey
	id      string
}

// NewKey makes a key.
func NewKey() (Key, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return Key{}, fmt.Errorf("make a signing key: %w", err)
	}
	return keyOf(private), nil
}

func keyOf(private ed25519.PrivateKey) Key {
	return Key{private: private, id: KeyID(private.Public().(ed25519.PublicKey))}
}

// ID names the key; see KeyID.
func (k Key) ID() string { return k.id }

// String gives the ID, so that a key in a log line is not a leak.
func (k Key) String() string { return "key " + k.id }

// GoString is String.
func (k Key) GoString() string { return k.String() }

// PEM is the public half, as PKIX in PEM.
func (k Key) PEM() string { return EncodePublic(k.private.Public().(ed25519.PublicKey)) }

// Sealer is a box that a private key is locked in.
type Sealer interface {
	Seal(plain []byte) ([]byte, error)
}

// Opener opens what a Sealer sealed.
type Opener interface {
	Open(sealed []byte) ([]byte, error)
}

// Seal gives the private key (PKCS #8) locked in a box: the only way out of this package.
func (k Key) Seal(box Sealer) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k.private)
	if err != nil {
		return nil, fmt.Errorf("seal signing key %s: %w", k.id, err)
	}
	return box.Seal(der)
}

// OpenKey is the inverse of Seal.
func OpenKey(box Opener, sealed []byte) (Key, error) {
	der, err := box.Open(sealed)
	if err != nil {
		return Key{}, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return Key{}, errors.New("the sealed value is not a signing key")
	}
	private, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return Key{}, errors.New("the sealed signing key is not an Ed25519 key")
	}
	return keyOf(private), nil
}

// KeyID is the SHA-256 of a public key's PKIX form, in hex: the same as
// "openssl pkey -pubin -outform DER | sha256sum" gives.
func KeyID(public ed25519.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		panic(err) // an Ed25519 key always encodes
	}
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}

// EncodePublic gives a public key as PKIX in PEM.
func EncodePublic(public ed25519.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		panic(err) // an Ed25519 key always encodes
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// ParsePublic reads a public key as PKIX in PEM.
func ParsePublic(text string) (ed25519.PublicKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != "PUBLIC KEY" {
		return nil, fault.New(fault.Invalid, "this is no public key in PEM").
			WithHint("it begins with -----BEGIN PUBLIC KEY-----")
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the public key does not parse").Because(err)
	}
	public, ok := parsed.(ed25519.PublicKey)
	if !ok {
		return nil, fault.New(fault.Invalid, "the public key is a %T, not an Ed25519 key", parsed)
	}
	return public, nil
}

// signer is a Key as DSSE wants it.
type signer struct{ Key }

func (s signer) Sign(_ context.Context, data []byte) ([]byte, error) {
	return ed25519.Sign(s.private, data), nil
}
func (s signer) KeyID() (string, error) { return s.id, nil }

// verifier is a public key as DSSE wants it.
type verifier struct {
	public ed25519.PublicKey
	id     string
}

func (v verifier) Verify(_ context.Context, data, sig []byte) error {
	if !ed25519.Verify(v.public, data, sig) {
		return errors.New("the signature does not match")
	}
	return nil
}
func (v verifier) KeyID() (string, error)   { return v.id, nil }
func (v verifier) Public() crypto.PublicKey { return v.public }

// SplitPEM gives the PEM blocks of a text, one by one; what is between them is left out.
func SplitPEM(text string) []string {
	var blocks []string
	rest := []byte(text)
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return blocks
		}
		blocks = append(blocks, string(pem.EncodeToMemory(block)))
	}
}
