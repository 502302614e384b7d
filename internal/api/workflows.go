package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"slipway.dev/client/model"
)

// Workflows is what Control knows of workflows and their runs.
type Workflows interface {
	Workflows(ctx context.Context) ([]model.Workflow, error)
	Workflow(ctx context.Context, name, environment string) (model.WorkflowDetail, error)
	PauseWorkflow(ctx context.Context, name, environment string, w model.RunWhy) (model.Receipt, error)
	ContinueWorkflow(ctx context.Context, name, environment string) (model.Receipt, error)

	WorkflowWebhook(ctx context.Context, name, environment string, header http.Header, body []byte) (model.Receipt, error)

	Runs(ctx context.Context, q model.RunsQuery) ([]model.Run, error)
	StartRun(ctx context.Context, r model.RunRequest) (model.RunStarted, error)
	Run(ctx context.Context, run string) (model.RunDetail, error)
	RunSteps(ctx context.Context, run string) ([]model.RunStep, error)
	RunLogs(ctx context.Context, run string, follow bool, f func(model.LogLine) error) error
	CancelRun(ctx context.Context, run string, w model.RunWhy) (model.Receipt, error)
	SuspendRun(ctx context.Context, run string, w model.RunWhy) (model.Receipt, error)
	ContinueRun(ctx context.Context, run string) (model.Receipt, error)
	ResumeRun(ctx context.Context, run string, r model.RunResume) (model.Receipt, error)
	SettleRun(ctx context.Context, run string, r model.RunSettle) (model.Receipt, error)
	SendEvents(ctx context.Context, header map[string][]string, body []byte) (model.EventReceipt, error)
}

type workflowID struct {
	Workflow    string `path:"workflow" maxLength:"63"`
	Environment string `path:"environment" maxLength:"63"`
}

type workflowWhy struct {
	Workflow    string `path:"workflow" maxLength:"63"`
	Environment string `path:"environment" maxLength:"63"`
	Body        model.RunWhy
}

type runID struct {
	Run string `path:"run" maxLength:"200"`
}

type runsIn struct {
	Workflow    string `query:"workflow" maxLength:"63" doc:"Only of this workflow"`
	Environment string `query:"environment" maxLength:"63" doc:"Only in this environment"`
	Status      string `query:"status" maxLength:"20" doc:"Only with this status"`
	Limit       int    `query:"limit" minimum:"0" maximum:"1000" doc:"At most so many; default 100"`
}

type runLogsIn struct {
	Run    string `path:"run" maxLength:"200"`
	Follow bool   `query:"follow" doc:"Go on until the run ends"`
}

type runBody[T any] struct {
	Run  string `path:"run" maxLength:"200"`
	Body T
}

func (d *door) workflows(ctx context.Context, _ *none) ([]model.Workflow, error) {
	return d.Workflows(ctx)
}

func (d *door) workflow(ctx context.Context, in *workflowID) (model.WorkflowDetail, error) {
	return d.Workflow(ctx, in.Workflow, in.Environment)
}

func (d *door) pauseWorkflow(ctx context.Context, in *workflowWhy) (model.Receipt, error) {
	return d.PauseWorkflow(ctx, in.Workflow, in.Environment, in.Body)
}

func (d *door) continueWorkflow(ctx context.Context, in *workflowID) (model.Receipt, error) {
	return d.ContinueWorkflow(ctx, in.Workflow, in.Environment)
}

// hookIn has a webhook as it came: its signature is over the raw bytes.
type hookIn struct {
	Workflow    string `path:"workflow" maxLength:"63"`
	Environment string `path:"environment" maxLength:"63"`
	RawBody     []byte `contentType:"application/json"`
	header      http.Header
}

// Resolve takes the headers.
func (in *hookIn) Resolve(hc huma.Context) []error {
	r, _ := humago.Unwrap(hc)
	in.header = r.Header
	return nil
}

func (d *door) workflowWebhook(ctx context.Context, in *hookIn) (model.Receipt, error) {
	return d.WorkflowWebhook(ctx, in.Workflow, in.Environment, in.header, in.RawBody)
}

func (d *door) runs(ctx context.Context, in *runsIn) ([]model.Run, error) {
	return d.Runs(ctx, model.RunsQuery(*in))
}

func (d *door) startRun(ctx context.Context, in *body[model.RunRequest]) (model.RunStarted, error) {
	return d.StartRun(ctx, in.Body)
}

func (d *door) run(ctx context.Context, in *runID) (model.RunDetail, error) {
	return d.Run(ctx, in.Run)
}

func (d *door) runSteps(ctx context.Context, in *runID) ([]model.RunStep, error) {
	return d.RunSteps(ctx, in.Run)
}

func (d *door) runLogs(ctx context.Context, in *runLogsIn, f func(model.LogLine) error) error {
	return d.RunLogs(ctx, in.Run, in.Follow, f)
}

func (d *door) cancelRun(ctx context.Context, in *runBody[model.RunWhy]) (model.Receipt, error) {
	return d.CancelRun(ctx, in.Run, in.Body)
}

func (d *door) suspendRun(ctx context.Context, in *runBody[model.RunWhy]) (model.Receipt, error) {
	return d.SuspendRun(ctx, in.Run, in.Body)
}

func (d *door) continueRun(ctx context.Context, in *runID) (model.Receipt, error) {
	return d.ContinueRun(ctx, in.Run)
}

func (d *door) resumeRun(ctx context.Context, in *runBody[model.RunResume]) (model.Receipt, error) {
	return d.ResumeRun(ctx, in.Run, in.Body)
}

func (d *door) settleRun(ctx context.Context, in *runBody[model.RunSettle]) (model.Receipt, error) {
	return d.SettleRun(ctx, in.Run, in.Body)
}

// eventsIn has a request as it came: a CloudEvent may be in its headers, or be one of many
// in its body.
type eventsIn struct {
	RawBody []byte `contentType:"application/json"`
	header  http.Header
}

// Resolve takes the headers.
func (in *eventsIn) Resolve(hc huma.Context) []error {
	r, _ := humago.Unwrap(hc)
	in.header = r.Header
	return nil
}

func (d *door) sendEvents(ctx context.Context, in *eventsIn) (model.EventReceipt, error) {
	return d.SendEvents(ctx, in.header, in.RawBody)
}
