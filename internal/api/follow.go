package api

import (
	"context"
	"io"

	"slipway.dev/client/model"
)

type logsIn struct {
	Service     string `query:"service" required:"true"`
	Environment string `query:"environment"`
	Instance    string `query:"instance" doc:"Only of this instance"`
	Release     string `query:"release" doc:"The log of this release's build instead"`
	Tail        int    `query:"tail" doc:"Last lines before now; 0: all that are kept; negative: none"`
	Follow      bool   `query:"follow" doc:"Go on with what is printed from now on"`
}

type watchIn struct {
	After int64 `query:"after" minimum:"-1" default:"-1" doc:"Begin after this position; 0: with the first; -1: now"`
}

type auditIn struct {
	After   int64  `query:"after" minimum:"-1" doc:"Begin after this position; -1: the latest"`
	Limit   int    `query:"limit" minimum:"0" maximum:"10000"`
	Machine string `query:"machine" doc:"Only of this machine, e.g. deploy/tickets/prod"`
}

func (d *door) logs(ctx context.Context, in *logsIn, f func(model.LogLine) error) error {
	return d.Logs(ctx, model.LogsQuery(*in), f)
}

func (d *door) watch(ctx context.Context, in *watchIn, f func(model.Happening) error) error {
	return d.Watch(ctx, in.After, f)
}

func (d *door) audit(ctx context.Context, in *auditIn) ([]model.AuditEntry, error) {
	return d.Audit(ctx, model.AuditQuery(*in))
}

func (d *door) verifyAudit(ctx context.Context, _ *none) (model.AuditReport, error) {
	return d.VerifyAudit(ctx)
}

func (d *door) exportAudit(ctx context.Context, _ *none, w io.Writer) error {
	return d.ExportAudit(ctx, w)
}

func (d *door) backup(ctx context.Context, _ *none, w io.Writer) error { return d.Backup(ctx, w) }
