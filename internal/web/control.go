package web

import (
	"context"

	"slipway.dev/client/model"
)

// Control is the door as the page needs it. Who asks is in the context. Every error it
// returns is a fault.Error, or a defect.
type Control interface {
	accounts
	lanes
	gates
	tasks
	flows
}

// accounts are people and how they sign in.
type accounts interface {
	SignInWays(ctx context.Context) (model.SignInWays, error)
	SignIn(ctx context.Context, s model.SignIn, from model.Client) (model.SignedIn, error)
	FinishPasskey(ctx context.Context, d model.CeremonyDone, from model.Client) (model.SignedIn, error)
	BeginEnroll(ctx context.Context, r model.EnrollRequest, from model.Client) (model.Enrolling, error)
	FinishEnroll(ctx context.Context, d model.EnrollDone, from model.Client) (model.SignedIn, error)

	Whoami(ctx context.Context) (model.Whoami, error)
	SignOut(ctx context.Context) (model.Receipt, error)
	ChangePassword(ctx context.Context, p model.PasswordChange) (model.Receipt, error)
	FinishNewPasskey(ctx context.Context, d model.CeremonyDone) (model.Receipt, error)
	RemovePasskey(ctx context.Context, id string) (model.Receipt, error)
	Sessions(ctx context.Context, everybody bool) ([]model.Session, error)
	EndSession(ctx context.Context, id string) (model.Receipt, error)
	Tokens(ctx context.Context, everybody bool) ([]model.Token, error)
	MakeToken(ctx context.Context, n model.NewToken) (model.Token, error)
	RevokeToken(ctx context.Context, owner, name string) (model.Receipt, error)
}

// lanes are what runs where, and what is done about it.
type lanes interface {
	Resources(ctx context.Context, kind string) ([]model.Resource, error)
	Lanes(ctx context.Context) ([]model.Lane, error)
	Lane(ctx context.Context, service, environment string) (model.Lane, error)
	Deployments(ctx context.Context, q model.DeploymentsQuery) ([]model.Deployment, error)
	Rollback(ctx context.Context, r model.RollbackRequest) (model.Receipt, error)
	Abort(ctx context.Context, r model.AbortRequest) (model.Receipt, error)
	Settle(ctx context.Context, r model.SettleRequest) (model.Receipt, error)
}

// gates are the doors of environments, and the ways past them.
type gates interface {
	Gates(ctx context.Context) ([]model.Gate, error)
	Plan(ctx context.Context, service, environment, release string) (model.Plan, error)
	Deployment(ctx context.Context, id string) (model.DeploymentDetail, error)
	Decision(ctx context.Context, id string) (model.Envelope, error)
	Promote(ctx context.Context, r model.PromoteRequest) (model.Receipt, error)
	Glasses(ctx context.Context) ([]model.Glass, error)
	ConfirmGlass(ctx context.Context, id string) (model.Receipt, error)
	CloseGlass(ctx context.Context, id string, c model.GlassClose) (model.Receipt, error)
}

// tasks are what people must decide.
type tasks interface {
	Tasks(ctx context.Context, q model.TasksQuery) ([]model.Task, error)
	Task(ctx context.Context, name string) (model.Task, error)
	AnswerTask(ctx context.Context, name string, a model.TaskAnswer) (model.Receipt, error)
	ClaimTask(ctx context.Context, name string, m model.TaskClaim) (model.Receipt, error)
	DelegateTask(ctx context.Context, name string, d model.TaskDelegation) (model.Receipt, error)
	WithdrawAnswer(ctx context.Context, name string, w model.TaskWithdrawal) (model.Receipt, error)
}

// flows are what matters, how it does, and who is woken.
type flows interface {
	Flows(ctx context.Context) ([]model.Flow, error)
	Flow(ctx context.Context, name string) (model.FlowDetail, error)
	Findings(ctx context.Context) ([]model.Finding, error)
	Alerts(ctx context.Context) ([]model.Alert, error)
	Maintenance(ctx context.Context) ([]model.Maintenance, error)
}
