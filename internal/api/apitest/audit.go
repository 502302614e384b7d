package apitest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// Audit lists the journal.
func (f *Fake) Audit(ctx context.Context, q model.AuditQuery) ([]model.AuditEntry, error) {
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	return slices.Clone(f.journal[min(max(q.After, 0), f.position):]), nil
}

// VerifyAudit finds the journal sound.
func (f *Fake) VerifyAudit(ctx context.Context) (model.AuditReport, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return model.AuditReport{Entries: f.position, Checkpoints: 1, Verified: true}, nil
}

// ExportAudit writes the journal.
func (f *Fake) ExportAudit(ctx context.Context, w io.Writer) error {
	entries, err := f.Audit(ctx, model.AuditQuery{})
	for _, e := range entries {
		if err := json.NewEncoder(w).Encode(e); err != nil {
			return err
		}
	}
	return err
}

// Backup writes a line; a fake with the source "half" breaks off in the middle.
func (f *Fake) Backup(ctx context.Context, w io.Writer) error {
	if _, err := fmt.Fprintf(w, "backup at %s\n", f.now.Format(time.RFC3339)); err != nil {
		return err
	}
	if f.source("half") >= 0 {
		return fault.New(fault.Internal, "disk full")
	}
	return nil
}
