package control

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"io"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/store"
)

// Audit gives entries of the journal, in order.
func (c *Control) Audit(ctx context.Context, q model.AuditQuery) ([]model.AuditEntry, error) {
	if _, err := c.may(ctx, access.Audit, access.Scope{}); err != nil {
		return nil, err
	}
	entries, err := c.Engine.Journal(ctx, max(q.After, 0), store.JournalFilter{Prefix: q.Machine, Limit: q.Limit, Newest: q.After < 0})
	if err != nil {
		return nil, err
	}
	list := make([]model.AuditEntry, len(entries))
	for i, e := range entries {
		list[i] = auditEntry(e)
	}
	return list, nil
}

// ExportAudit writes the whole journal as JSON lines.
func (c *Control) ExportAudit(ctx context.Context, w io.Writer) error {
	if _, err := c.may(ctx, access.Audit, access.Scope{}); err != nil {
		return err
	}
	out := json.NewEncoder(w)
	for after := int64(0); ; {
		entries, err := c.Engine.Journal(ctx, after, store.JournalFilter{Limit: 1000})
		if err != nil || len(entries) == 0 {
			return err
		}
		for _, e := range entries {
			if err := out.Encode(auditEntry(e)); err != nil {
				return err
			}
			after = e.Seq
		}
	}
}

// VerifyAudit checks the whole chain of the journal and its signed checkpoints.
func (c *Control) VerifyAudit(ctx context.Context) (model.AuditReport, error) {
	if _, err := c.may(ctx, access.Audit, access.Scope{}); err != nil {
		return model.AuditReport{}, err
	}
	return c.Journal.Verify(ctx)
}

// Backup writes all that the store holds. Secrets in it stay sealed.
func (c *Control) Backup(ctx context.Context, w io.Writer) error {
	if _, err := c.may(ctx, access.Backup, access.Scope{}); err != nil {
		return err
	}
	return c.Journal.Dump(ctx, w)
}

func auditEntry(e store.Entry) model.AuditEntry {
	return model.AuditEntry{
		Position: e.Seq, At: e.At, Actor: e.Actor.String(), Machine: e.Machine, Step: e.Step,
		Type: e.Type, Data: e.Data, Erased: e.Erased, Hash: hex.EncodeToString(e.Hash),
	}
}
