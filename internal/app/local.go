package app

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"

	"slipway.dev/internal/call"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/drive/run"
	"slipway.dev/internal/drive/run/local"
	"slipway.dev/internal/job"
)

// What a run without a control plane needs of who asks for it.
type (
	LocalRun = local.Options
	LocalEnd = local.Result
	Question = local.Question
	Answer   = local.Answer
	Printed  = run.Line
)

// RunWorkflow runs a workflow of a file here and now, without a control plane. Calls may reach
// this machine, for whoever asks could do that themselves.
func RunWorkflow(ctx context.Context, file string, def *workflow.Definition, input json.RawMessage, o LocalRun) (LocalEnd, error) {
	dir, err := os.MkdirTemp("", "slipway-jobs-")
	if err != nil {
		return LocalEnd{}, fault.New(fault.Unavailable, "there is no place for what the workflow runs").Because(err)
	}
	defer os.RemoveAll(dir)
	o.Caller = call.New(call.Options{Private: true})
	o.Jobs = &job.Hand{Dir: dir}
	o.Folder = filepath.Dir(file)
	return local.Run(ctx, def, input, o)
}
