package api

import (
	"context"
	"io"

	"slipway.dev/client/model"
)

// Flows is what Control knows of business flows and of what they must reach.
type Flows interface {
	Flows(ctx context.Context) ([]model.Flow, error)
	Flow(ctx context.Context, name string) (model.FlowDetail, error)
	Findings(ctx context.Context) ([]model.Finding, error)
	Objectives(ctx context.Context, q model.ObjectivesQuery) ([]model.Objective, error)
	Alerts(ctx context.Context) ([]model.Alert, error)
	Maintenance(ctx context.Context) ([]model.Maintenance, error)
	AnnounceMaintenance(ctx context.Context, r model.MaintenanceRequest) (model.Receipt, error)
	CancelMaintenance(ctx context.Context, name string) (model.Receipt, error)
	Ticks(ctx context.Context, deployment string, w io.Writer) error
	Export(ctx context.Context, q model.ExportQuery, w io.Writer) error
	Metrics(ctx context.Context, w io.Writer) error
}

type flowID struct {
	Flow string `path:"flow" maxLength:"63"`
}

type objectivesIn struct {
	Flow        string `query:"flow" maxLength:"63" doc:"Only of this flow"`
	Environment string `query:"environment" maxLength:"63" doc:"Only in this environment"`
}

type maintenanceID struct {
	Maintenance string `path:"maintenance" maxLength:"63"`
}

type exportIn struct {
	Format      string `path:"format" maxLength:"20" doc:"openslo, prometheus or grafana"`
	Environment string `query:"environment" maxLength:"63" doc:"Only of this environment; needed for openslo"`
}

func (d *door) flows(ctx context.Context, _ *none) ([]model.Flow, error) { return d.Flows(ctx) }

func (d *door) flow(ctx context.Context, in *flowID) (model.FlowDetail, error) {
	return d.Flow(ctx, in.Flow)
}

func (d *door) findings(ctx context.Context, _ *none) ([]model.Finding, error) {
	return d.Findings(ctx)
}

func (d *door) objectives(ctx context.Context, in *objectivesIn) ([]model.Objective, error) {
	return d.Objectives(ctx, model.ObjectivesQuery(*in))
}

func (d *door) alerts(ctx context.Context, _ *none) ([]model.Alert, error) { return d.Alerts(ctx) }

func (d *door) maintenance(ctx context.Context, _ *none) ([]model.Maintenance, error) {
	return d.Maintenance(ctx)
}

func (d *door) announceMaintenance(ctx context.Context, in *body[model.MaintenanceRequest]) (model.Receipt, error) {
	return d.AnnounceMaintenance(ctx, in.Body)
}

func (d *door) cancelMaintenance(ctx context.Context, in *maintenanceID) (model.Receipt, error) {
	return d.CancelMaintenance(ctx, in.Maintenance)
}

func (d *door) ticks(ctx context.Context, in *deploymentID, w io.Writer) error {
	return d.Ticks(ctx, in.Deployment, w)
}

func (d *door) export(ctx context.Context, in *exportIn, w io.Writer) error {
	return d.Export(ctx, model.ExportQuery(*in), w)
}

func (d *door) metrics(ctx context.Context, _ *none, w io.Writer) error { return d.Metrics(ctx, w) }
