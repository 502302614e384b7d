package client

import (
	"context"
	"io"

	"slipway.dev/client/model"
)

// Flows lists the business flows and how they do.
func (c *Client) Flows(ctx context.Context) ([]model.Flow, error) {
	return get[[]model.Flow](ctx, c, "/v1/flows")
}

// Flow tells all about one flow.
func (c *Client) Flow(ctx context.Context, name string) (model.FlowDetail, error) {
	return get[model.FlowDetail](ctx, c, path("v1", "flows", name))
}

// Findings lists what is not as it should be in what is declared.
func (c *Client) Findings(ctx context.Context) ([]model.Finding, error) {
	return get[[]model.Finding](ctx, c, "/v1/findings")
}

// Objectives lists service level objectives and how they stand.
func (c *Client) Objectives(ctx context.Context, q model.ObjectivesQuery) ([]model.Objective, error) {
	return get[[]model.Objective](ctx, c, with("/v1/objectives", map[string]string{"flow": q.Flow, "environment": q.Environment}))
}

// Alerts lists what is wrong with flows: what is not over first, latest first.
func (c *Client) Alerts(ctx context.Context) ([]model.Alert, error) {
	return get[[]model.Alert](ctx, c, "/v1/alerts")
}

// Maintenance lists announced work, latest first.
func (c *Client) Maintenance(ctx context.Context) ([]model.Maintenance, error) {
	return get[[]model.Maintenance](ctx, c, "/v1/maintenance")
}

// AnnounceMaintenance announces work.
func (c *Client) AnnounceMaintenance(ctx context.Context, r model.MaintenanceRequest) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", "/v1/maintenance", r)
}

// CancelMaintenance takes an announcement back.
func (c *Client) CancelMaintenance(ctx context.Context, name string) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", path("v1", "maintenance", name, "cancel"), nil)
}

// Ticks writes what the judge saw of a canary to w, a JSON object per line.
func (c *Client) Ticks(ctx context.Context, deployment string, w io.Writer) error {
	return c.download(ctx, path("v1", "deployments", deployment, "ticks"), w)
}

// Export writes the objectives for another system to w.
func (c *Client) Export(ctx context.Context, q model.ExportQuery, w io.Writer) error {
	return c.download(ctx, with(path("v1", "exports", q.Format), map[string]string{"environment": q.Environment}), w)
}

// Metrics writes all current figures to w in the text format of Prometheus.
func (c *Client) Metrics(ctx context.Context, w io.Writer) error {
	return c.download(ctx, "/metrics", w)
}
