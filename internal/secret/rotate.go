package secret

import (
	"fmt"

	"filippo.io/age"
)

// Rotate makes a new identity that seals from now on. The old ones still open. It is
// durable when Rotate returns; if it fails, nothing has changed.
func (b *Box) Rotate() error {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return fmt.Errorf("make an identity: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.replace(append([]*age.X25519Identity{id}, b.identities...))
}

// Forget drops all identities but the current one. What was not sealed anew since the
// last Rotate can never be opened again.
func (b *Box) Forget() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.replace(b.identities[:1:1])
}

// replace writes the file before it changes the box, so that nothing is ever sealed for
// an identity that a crash would lose. The caller holds the lock.
func (b *Box) replace(ids []*age.X25519Identity) error {
	if err := write(b.path, ids, true); err != nil {
		return err
	}
	b.identities = ids
	return nil
}
