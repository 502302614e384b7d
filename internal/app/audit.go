package app

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"slipway.dev/client/model"
	"slipway.dev/internal/sign"
	"slipway.dev/internal/store"
)

// checkpointType is the predicate of a signed checkpoint: how far the journal went, and the
// hash of its last entry.
const checkpointType = "https://slipway.dev/checkpoint/v1"

// checkpoint signs a statement about the journal's end: an in-toto statement whose subject
// is the hash of the last entry.
func (h *house) checkpoint(ctx context.Context, payload []byte) ([]byte, error) {
	var c store.Checkpoint
	if err := json.Unmarshal(payload, &c); err != nil {
		return nil, err
	}
	envelope, err := h.vault.Sign(ctx, sign.Statement{
		Subjects:      []sign.Subject{{Name: "journal", Digest: "sha256:" + hex.EncodeToString(c.Hash)}},
		PredicateType: checkpointType, Predicate: payload,
	})
	if err != nil {
		return nil, err
	}
	return envelope, h.keepCheckpoint(envelope)
}

// keepCheckpoint appends it to a file beside the store, which can be shipped away: whoever
// cuts off a store's end cuts off its own checkpoints too.
func (h *house) keepCheckpoint(envelope []byte) error {
	f, err := os.OpenFile(h.dirs.Checkpoints(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(bytes.TrimSpace(envelope), '\n'))
	return errors.Join(err, f.Close())
}

// keptCheckpoints are the last ones of that file.
func (h *house) keptCheckpoints() ([][]byte, error) {
	b, err := os.ReadFile(h.dirs.Checkpoints())
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var list [][]byte
	for line := range bytes.Lines(b) {
		if line = bytes.TrimSpace(line); json.Valid(line) { // a crash may have cut the last one
			list = append(list, line)
		}
	}
	return list[max(0, len(list)-lastCheckpoints):], err
}

// lastCheckpoints is how many of the kept ones are held against the journal: the last one
// tells of a cut, a few more of a journal that was rewritten.
const lastCheckpoints = 100

// journal is the store as control sees it.
type journal struct{ h *house }

func (j journal) Head(ctx context.Context) (int64, error) { return j.h.store.Head(ctx) }

func (j journal) Dump(ctx context.Context, w io.Writer) error { return j.h.backup(ctx, w) }

// Verify walks the chain and checks the checkpoints with the keys that ever signed here.
func (j journal) Verify(ctx context.Context) (model.AuditReport, error) {
	trusted, err := j.h.vault.Trusted(ctx)
	if err != nil {
		return model.AuditReport{}, err
	}
	// One is made now, so that a check always has one to look at.
	if err := j.h.store.Checkpoint(ctx, j.h.engine.Now(), j.h.checkpoint); err != nil {
		return model.AuditReport{}, err
	}
	kept, err := j.h.keptCheckpoints()
	if err != nil {
		return model.AuditReport{}, err
	}
	a, err := j.h.store.Verify(ctx, verifier(ctx, trusted), kept...)
	if err != nil {
		return model.AuditReport{}, err
	}
	report := model.AuditReport{Entries: a.Entries, Checkpoints: a.Checkpoints, Verified: a.Verified}
	if a.Break != nil {
		report.Problem = fmt.Sprintf("at position %d: %s", a.Break.Position, a.Break.Reason)
	}
	return report, nil
}

// verifier checks envelopes. What a revoked key signed counts for nothing, but does not show
// that anybody touched the journal.
func verifier(ctx context.Context, trusted []sign.Trusted) store.Verifier {
	pardoned := slices.Clone(trusted)
	for i := range pardoned {
		pardoned[i].Revoked = false
	}
	return func(envelope []byte) ([]byte, error) {
		v, err := sign.Verify(ctx, envelope, trusted)
		if err == nil {
			return v.Predicate, nil
		}
		if _, revoked := sign.Verify(ctx, envelope, pardoned); revoked == nil {
			return nil, nil
		}
		return nil, err
	}
}
