package client

import (
	"context"
	"encoding/json"
	"strconv"

	"slipway.dev/client/model"
)

// Workflows lists the workflows of all environments.
func (c *Client) Workflows(ctx context.Context) ([]model.Workflow, error) {
	return get[[]model.Workflow](ctx, c, "/v1/workflows")
}

// Workflow tells about a workflow in an environment, with its definition.
func (c *Client) Workflow(ctx context.Context, name, environment string) (model.WorkflowDetail, error) {
	return get[model.WorkflowDetail](ctx, c, path("v1", "workflows", name, environment))
}

// PauseWorkflow lets a workflow begin nothing by itself in an environment.
func (c *Client) PauseWorkflow(ctx context.Context, name, environment string, w model.RunWhy) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", path("v1", "workflows", name, environment, "pause"), w)
}

// ContinueWorkflow ends a pause.
func (c *Client) ContinueWorkflow(ctx context.Context, name, environment string) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", path("v1", "workflows", name, environment, "continue"), nil)
}

// StartRun begins a run of a workflow.
func (c *Client) StartRun(ctx context.Context, r model.RunRequest) (model.RunStarted, error) {
	return call[model.RunStarted](ctx, c, "POST", "/v1/runs", r)
}

// Runs lists runs, latest first.
func (c *Client) Runs(ctx context.Context, q model.RunsQuery) ([]model.Run, error) {
	return get[[]model.Run](ctx, c, with("/v1/runs", map[string]string{
		"workflow": q.Workflow, "environment": q.Environment, "status": q.Status, "limit": strconv.Itoa(q.Limit)}))
}

// Run tells about a run.
func (c *Client) Run(ctx context.Context, run string) (model.RunDetail, error) {
	return get[model.RunDetail](ctx, c, path("v1", "runs", run))
}

// RunSteps replays a run: what each event did to it.
func (c *Client) RunSteps(ctx context.Context, run string) ([]model.RunStep, error) {
	return get[[]model.RunStep](ctx, c, path("v1", "runs", run, "steps"))
}

// RunLogs gives what the processes of a run printed, and with follow what they will print.
func (c *Client) RunLogs(ctx context.Context, run string, follow bool, each func(model.LogLine) error) error {
	target := path("v1", "runs", run, "logs")
	if follow {
		target += "?follow=true"
	}
	return stream(ctx, c, target, each)
}

// CancelRun ends a run.
func (c *Client) CancelRun(ctx context.Context, run string, w model.RunWhy) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", path("v1", "runs", run, "cancel"), w)
}

// SuspendRun holds a run after what is under way.
func (c *Client) SuspendRun(ctx context.Context, run string, w model.RunWhy) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", path("v1", "runs", run, "suspend"), w)
}

// ContinueRun lets a suspended run go on.
func (c *Client) ContinueRun(ctx context.Context, run string) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", path("v1", "runs", run, "continue"), nil)
}

// ResumeRun starts a run again from one of its tasks, with the input that the task had.
func (c *Client) ResumeRun(ctx context.Context, run string, r model.RunResume) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", path("v1", "runs", run, "resume"), r)
}

// SettleRun says what became of something whose outcome was lost.
func (c *Client) SettleRun(ctx context.Context, run string, s model.RunSettle) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", path("v1", "runs", run, "settle"), s)
}

// SendEvents brings CloudEvents in, each as the JSON format of CloudEvents has it.
func (c *Client) SendEvents(ctx context.Context, events []json.RawMessage) (model.EventReceipt, error) {
	return call[model.EventReceipt](ctx, c, "POST", "/v1/events", batch(events))
}

// batch is CloudEvents, which are told from other JSON by their content type.
type batch []json.RawMessage

func (batch) contentType() string { return "application/cloudevents-batch+json" }
