package api

import (
	"context"

	"slipway.dev/client/model"
)

type tasksIn struct {
	Mine        bool   `query:"mine" doc:"Only those that the caller may answer now"`
	All         bool   `query:"all" doc:"Also those that are decided"`
	Service     string `query:"service" doc:"Only of this service" maxLength:"63"`
	Environment string `query:"environment" doc:"Only in this environment" maxLength:"63"`
	Limit       int    `query:"limit" minimum:"0" maximum:"1000"`
}

type taskID struct {
	Task string `path:"task" maxLength:"300"`
}

// onTask is a command for one task.
type onTask[T any] struct {
	Task string `path:"task" maxLength:"300"`
	Body T
}

func (d *door) tasks(ctx context.Context, in *tasksIn) ([]model.Task, error) {
	return d.Tasks(ctx, model.TasksQuery(*in))
}

func (d *door) task(ctx context.Context, in *taskID) (model.Task, error) { return d.Task(ctx, in.Task) }

func (d *door) answerTask(ctx context.Context, in *onTask[model.TaskAnswer]) (model.Receipt, error) {
	return d.AnswerTask(ctx, in.Task, in.Body)
}

func (d *door) claimTask(ctx context.Context, in *onTask[model.TaskClaim]) (model.Receipt, error) {
	return d.ClaimTask(ctx, in.Task, in.Body)
}

func (d *door) delegateTask(ctx context.Context, in *onTask[model.TaskDelegation]) (model.Receipt, error) {
	return d.DelegateTask(ctx, in.Task, in.Body)
}

func (d *door) withdrawAnswer(ctx context.Context, in *onTask[model.TaskWithdrawal]) (model.Receipt, error) {
	return d.WithdrawAnswer(ctx, in.Task, in.Body)
}
