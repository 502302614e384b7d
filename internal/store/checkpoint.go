package store

import (
	"context"
	"encoding/json"
	"time"
)

// Signer signs a payload and gives a DSSE envelope as JSON.
type Signer func(ctx context.Context, payload []byte) ([]byte, error)

// Verifier checks a DSSE envelope's signature, now that it may be old, and gives the
// payload; nil without an error if the signature counts for nothing any more, because its
// key was revoked.
type Verifier func(envelope []byte) ([]byte, error)

// Checkpoint is a signed statement about the journal's end. Whoever keeps one elsewhere
// can show that a journal was cut off or rewritten.
type Checkpoint struct {
	Position int64     `json:"position"`
	Hash     []byte    `json:"hash"` // of the entry at Position
	At       time.Time `json:"at"`
}

// Checkpoint signs the journal's end, unless that is signed already or the journal is
// empty.
func (s *Store) Checkpoint(ctx context.Context, at time.Time, sign Signer) error {
	head, hash, _, err := s.end(ctx)
	if err != nil {
		return s.fail("reading the journal", err)
	}
	var have int64
	if err := s.read.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) FROM checkpoint`).Scan(&have); err != nil {
		return s.fail("reading checkpoints", err)
	}
	if head == 0 || have >= head {
		return nil
	}
	payload, err := json.Marshal(Checkpoint{Position: head, Hash: hash, At: at})
	if err != nil {
		return err
	}
	envelope, err := sign(ctx, payload)
	if err != nil {
		return err
	}
	_, err = s.write.ExecContext(ctx, `INSERT INTO checkpoint (seq, hash, at, envelope) VALUES ($1, $2, $3, $4) ON CONFLICT (seq) DO NOTHING`,
		head, hash, at.UnixMicro(), envelope)
	return s.fail("keeping a checkpoint", err)
}
