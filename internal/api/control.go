package api

import (
	"context"
	"io"
	"net/http"

	"slipway.dev/client/model"
)

// Control is the door that every command and query goes through. It authorises the actor
// that it finds in the context. Every error it returns is a fault.Error, or a defect.
type Control interface {
	SignIn
	Provider
	People
	Flows
	Workflows

	System(ctx context.Context) (model.System, error)
	Await(ctx context.Context, position int64) error

	Lanes(ctx context.Context) ([]model.Lane, error)
	Lane(ctx context.Context, service, environment string) (model.Lane, error)
	Deployments(ctx context.Context, q model.DeploymentsQuery) ([]model.Deployment, error)
	Deploy(ctx context.Context, r model.DeployRequest) (model.Receipt, error)
	Rollback(ctx context.Context, r model.RollbackRequest) (model.Receipt, error)
	Abort(ctx context.Context, r model.AbortRequest) (model.Receipt, error)
	Settle(ctx context.Context, r model.SettleRequest) (model.Receipt, error)

	Deployment(ctx context.Context, id string) (model.DeploymentDetail, error)
	Decision(ctx context.Context, deployment string) (model.Envelope, error)
	Promote(ctx context.Context, r model.PromoteRequest) (model.Receipt, error)
	Plan(ctx context.Context, service, environment, release string) (model.Plan, error)
	Gates(ctx context.Context) ([]model.Gate, error)
	Gate(ctx context.Context, q model.GateQuery) (model.Gate, error)
	QuietWindow(ctx context.Context, environment, zone string) (model.QuietWindow, error)
	RevokeRelease(ctx context.Context, service, release string, r model.RevokeRequest) (model.Receipt, error)

	Glasses(ctx context.Context) ([]model.Glass, error)
	BreakGlass(ctx context.Context, r model.GlassRequest) (model.Receipt, error)
	ConfirmGlass(ctx context.Context, id string) (model.Receipt, error)
	CloseGlass(ctx context.Context, id string, r model.GlassClose) (model.Receipt, error)

	Trains(ctx context.Context) ([]model.Train, error)
	Train(ctx context.Context, id string) (model.Train, error)
	CreateTrain(ctx context.Context, r model.TrainRequest) (model.Train, error)
	AbortTrain(ctx context.Context, id string, r model.TrainCommand) (model.Receipt, error)
	RollbackTrain(ctx context.Context, id string, r model.TrainCommand) (model.Receipt, error)
	AcceptTrain(ctx context.Context, id string, r model.TrainCommand) (model.Receipt, error)

	Tasks(ctx context.Context, q model.TasksQuery) ([]model.Task, error)
	Task(ctx context.Context, name string) (model.Task, error)
	AnswerTask(ctx context.Context, name string, a model.TaskAnswer) (model.Receipt, error)
	ClaimTask(ctx context.Context, name string, m model.TaskClaim) (model.Receipt, error)
	DelegateTask(ctx context.Context, name string, d model.TaskDelegation) (model.Receipt, error)
	WithdrawAnswer(ctx context.Context, name string, w model.TaskWithdrawal) (model.Receipt, error)

	Releases(ctx context.Context, service string, limit int) ([]model.Release, error)
	Release(ctx context.Context, service, id string) (model.Release, error)
	RetryBuild(ctx context.Context, service, release string) (model.Receipt, error)
	CancelBuild(ctx context.Context, service, release string) (model.Receipt, error)

	Sources(ctx context.Context) ([]model.Source, error)
	AddSource(ctx context.Context, s model.Source) (model.Receipt, error)
	RemoveSource(ctx context.Context, name string) (model.Receipt, error)
	PollSource(ctx context.Context, name string) (model.Receipt, error)
	Webhook(ctx context.Context, source string, header http.Header, body []byte) (model.Receipt, error)

	Check(ctx context.Context, files []model.File) ([]model.Problem, error)
	Apply(ctx context.Context, r model.ApplyRequest) (model.ApplyResult, error)
	Resources(ctx context.Context, kind string) ([]model.Resource, error)

	Secrets(ctx context.Context) ([]model.Secret, error)
	SetSecret(ctx context.Context, name string, value []byte) (model.Secret, error)
	RemoveSecret(ctx context.Context, name string) (model.Receipt, error)
	SigningKeys(ctx context.Context) ([]model.SigningKey, error)
	RotateSigningKey(ctx context.Context) (model.SigningKey, error)
	RevokeSigningKey(ctx context.Context, id string) (model.Receipt, error)

	Logs(ctx context.Context, q model.LogsQuery, f func(model.LogLine) error) error
	Watch(ctx context.Context, after int64, f func(model.Happening) error) error
	Audit(ctx context.Context, q model.AuditQuery) ([]model.AuditEntry, error)
	VerifyAudit(ctx context.Context) (model.AuditReport, error)
	ExportAudit(ctx context.Context, w io.Writer) error
	Backup(ctx context.Context, w io.Writer) error
}
