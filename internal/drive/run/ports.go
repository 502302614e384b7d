package run

import (
	"context"

	"slipway.dev/internal/call"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/job"
)

// Caller makes calls; *call.Caller is one.
type Caller interface {
	Do(ctx context.Context, r call.Request) call.Reply
	Fetch(ctx context.Context, at, authentication any) ([]byte, *interp.Problem)
}

// Jobs runs commands; *job.Hand is one.
type Jobs interface {
	Run(ctx context.Context, j job.Job) (job.Result, error)
}

// Functions does what slipway's own functions are for. key is the same whenever a call is
// repeated after a crash, so that nothing is done twice. Secrets are in with only for functions that hand
// them on to a command or request of the workflow's own; others have marks.
type Functions interface {
	Call(ctx context.Context, in interp.FunctionInput, key string, with any) (any, *interp.Problem)
}

// Secrets opens the secrets that a run's workflow is given; fault.NotFound if it is given none
// of that name.
type Secrets interface {
	Value(ctx context.Context, whose interp.At, name string) (string, error)
}

// Workflows finds the workflow that a run runs.
type Workflows interface {
	Resolve(ctx context.Context, in interp.ResolveInput) (Resolved, error)
}

// Resolved is a version of a workflow.
type Resolved struct {
	Name       string `json:"name,omitempty"` // that it was found by, and gets its secrets by
	Definition string `json:"definition"`     // digest
	Release    string `json:"release,omitempty"`
	Team       string `json:"team,omitempty"`
	// Secrets are those that its manifest gives it: name in the workflow -> "secret@version".
	Secrets map[string]string `json:"secrets,omitempty"`
}
