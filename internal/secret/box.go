package secret

import (
	"bytes"
	"fmt"
	"io"
	"sync"

	"filippo.io/age"

	"slipway.dev/internal/core/fault"
)

// MaxSize is the most that a box seals or opens, in bytes: a certificate chain with its
// key fits many times.
const MaxSize = 1 << 20

// Box seals and opens secrets. It is safe for concurrent use.
type Box struct {
	path string

	mu         sync.RWMutex
	identities []*age.X25519Identity // the current one first
}

// OpenBox loads the box whose identities are in the file at path. If there is no such
// file, it makes one with a new identity, readable by its owner only. A file that others
// may read is refused.
func OpenBox(path string) (*Box, error) {
	ids, err := loadOrCreate(path)
	if err != nil {
		return nil, err
	}
	return &Box{path: path, identities: ids}, nil
}

// Recipient is the public half of the current identity ("age1…"). With it anybody can
// seal, and only this box can open.
func (b *Box) Recipient() string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.identities[0].Recipient().String()
}

// Identities is how many identities the box opens with; more than one until Forget.
func (b *Box) Identities() int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return len(b.identities)
}

// Seal encrypts plain to the current identity. Sealing twice gives different bytes.
func (b *Box) Seal(plain []byte) ([]byte, error) {
	if len(plain) > MaxSize {
		return nil, fault.New(fault.TooLarge, "a secret of %d bytes is over the limit of %d", len(plain), MaxSize)
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	var out bytes.Buffer
	w, err := age.Encrypt(&out, b.identities[0].Recipient())
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	if _, err := w.Write(plain); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return out.Bytes(), nil
}

// Open decrypts what Seal gave, also if the identity was rotated since.
func (b *Box) Open(sealed []byte) ([]byte, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	plain, err := open(sealed, b.identities)
	if err != nil {
		return nil, fault.New(fault.Internal, "a sealed value does not open with the identities in %s", b.path).
			WithHint("it was damaged, or sealed for another identity: restore that file from the backup that the data came from").
			Because(err)
	}
	return plain, nil
}

// Reseal seals a value for the current identity. It gives changed false, and the same
// bytes, if it already is.
func (b *Box) Reseal(sealed []byte) (out []byte, changed bool, err error) {
	b.mu.RLock()
	_, err = open(sealed, b.identities[:1])
	b.mu.RUnlock()
	if err == nil {
		return sealed, false, nil
	}
	plain, err := b.Open(sealed)
	if err != nil {
		return nil, false, err
	}
	out, err = b.Seal(plain)
	return out, err == nil, err
}

func open(sealed []byte, with []*age.X25519Identity) ([]byte, error) {
	ids := make([]age.Identity, len(with))
	for i, id := range with {
		ids[i] = id
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), ids...)
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, err
	}
	if len(plain) > MaxSize {
		return nil, fmt.Errorf("it is over the limit of %d bytes", MaxSize)
	}
	return plain, nil
}
