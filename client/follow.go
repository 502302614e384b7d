package client

import (
	"context"
	"io"
	"strconv"

	"slipway.dev/client/model"
)

// Logs calls f with each line. With Follow it goes on until ctx ends or f gives an error.
func (c *Client) Logs(ctx context.Context, q model.LogsQuery, f func(model.LogLine) error) error {
	follow := ""
	if q.Follow {
		follow = "true"
	}
	return stream(ctx, c, with("/v1/logs", map[string]string{"service": q.Service, "environment": q.Environment,
		"instance": q.Instance, "release": q.Release, "tail": strconv.Itoa(q.Tail), "follow": follow}), f)
}

// Watch calls f with all that happens after a position (0: from the first on; negative: from
// now on), until ctx ends or f gives an error.
func (c *Client) Watch(ctx context.Context, after int64, f func(model.Happening) error) error {
	return stream(ctx, c, "/v1/watch?after="+strconv.FormatInt(max(after, -1), 10), f)
}

// Audit lists journal entries in their order.
func (c *Client) Audit(ctx context.Context, q model.AuditQuery) ([]model.AuditEntry, error) {
	return get[[]model.AuditEntry](ctx, c, with("/v1/audit", map[string]string{"after": strconv.FormatInt(max(q.After, -1), 10),
		"limit": strconv.Itoa(q.Limit), "machine": q.Machine}))
}

// VerifyAudit checks the journal's chain and checkpoints.
func (c *Client) VerifyAudit(ctx context.Context) (model.AuditReport, error) {
	return get[model.AuditReport](ctx, c, "/v1/audit/verify")
}

// ExportAudit writes the whole journal to w, a JSON object per line.
func (c *Client) ExportAudit(ctx context.Context, w io.Writer) error {
	return c.download(ctx, "/v1/audit/export", w)
}

// Backup writes a backup to w. It is complete only if no error is returned.
func (c *Client) Backup(ctx context.Context, w io.Writer) error {
	return c.download(ctx, "/v1/backup", w)
}
