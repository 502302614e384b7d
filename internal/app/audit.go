package app

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"slipway.dev/client/model"
	"slipway.dev/internal/drive/vault"
	"slipway.dev/internal/sign"
	"slipway.dev/internal/store"
)

// checkpoint signs a statement about the journal's end: an in-toto statement whose subject
// is the hash of the last entry.
func (h *house) checkpoint(ctx context.Context, payload []byte) ([]byte, error) {
	var c store.Checkpoint
	if err := json.Unmarshal(payload, &c); err != nil {
		return nil, err
	}
	return h.vault.Sign(ctx, sign.Statement{
		Subjects:      []sign.Subject{{Name: "journal", Digest: "sha256:" + hex.EncodeToString(c.Hash)}},
		PredicateType: vault.CheckpointType, Predicate: payload,
	})
}

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
	a, err := j.h.store.Verify(ctx, func(envelope []byte) ([]byte, error) {
		v, err := sign.Verify(ctx, envelope, trusted)
		return v.Predicate, err
	})
	if err != nil {
		return model.AuditReport{}, err
	}
	report := model.AuditReport{Entries: a.Entries, Checkpoints: a.Checkpoints, Verified: a.Verified}
	if a.Break != nil {
		report.Problem = fmt.Sprintf("at position %d: %s", a.Break.Position, a.Break.Reason)
	}
	return report, nil
}
