package client

import (
	"context"
	"strconv"

	"slipway.dev/client/model"
)

// Tasks lists what people must decide, the oldest first.
func (c *Client) Tasks(ctx context.Context, q model.TasksQuery) ([]model.Task, error) {
	flag := map[bool]string{true: "true"}
	return get[[]model.Task](ctx, c, with("/v1/tasks", map[string]string{"mine": flag[q.Mine], "all": flag[q.All],
		"service": q.Service, "environment": q.Environment, "limit": strconv.Itoa(q.Limit)}))
}

// Task tells about one task.
func (c *Client) Task(ctx context.Context, name string) (model.Task, error) {
	return get[model.Task](ctx, c, path("v1", "tasks", name))
}

// AnswerTask answers a task. The answer names the digests of the task as it was seen.
func (c *Client) AnswerTask(ctx context.Context, name string, a model.TaskAnswer) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", path("v1", "tasks", name, "answers"), a)
}

// ClaimTask takes a task on, or gives it back.
func (c *Client) ClaimTask(ctx context.Context, name string, m model.TaskClaim) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", path("v1", "tasks", name, "claims"), m)
}

// DelegateTask lets one more person answer.
func (c *Client) DelegateTask(ctx context.Context, name string, d model.TaskDelegation) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", path("v1", "tasks", name, "delegations"), d)
}

// WithdrawAnswer takes one's own answer back.
func (c *Client) WithdrawAnswer(ctx context.Context, name string, w model.TaskWithdrawal) (model.Receipt, error) {
	return call[model.Receipt](ctx, c, "POST", path("v1", "tasks", name, "withdrawals"), w)
}
