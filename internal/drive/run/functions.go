package run

import (
	"context"
	"strings"
	"time"

	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/job"
)

// function runs run.function. What needs nothing but this machine is done here; the rest is
// control's, who knows the rights of the caller.
func (d *Driver) function(ctx context.Context, e *effect, in interp.FunctionInput) (any, *interp.Problem) {
	switch in.Name {
	case "job":
		return d.command(ctx, e, in)
	case "log":
		return d.log(e, in)
	}
	if d.Functions == nil {
		return nil, missing("the function " + in.Name)
	}
	v, problem := e.read(in.With)
	if takesSecrets[in.Name] {
		v, problem = e.open(ctx, in.With)
	}
	if problem != nil {
		return nil, problem
	}
	return d.Functions.Call(ctx, in, e.id, v[0])
}

// takesSecrets are the functions of ours that make requests of the workflow's own. All others
// tell people or keep what they are given, and get marks.
var takesSecrets = map[string]bool{"load": true, "smoke": true}

// commandTime is how long a command may take that says nothing.
const commandTime = 10 * time.Minute

// command does the function job: a program with its arguments, in the sandbox or a container.
func (d *Driver) command(ctx context.Context, e *effect, in interp.FunctionInput) (any, *interp.Problem) {
	raw, problem := e.read(in.With)
	if problem == nil {
		problem = e.unseen(raw[0], "command", "image")
	}
	if problem != nil {
		return nil, problem
	}
	values, problem := e.open(ctx, in.With)
	if problem != nil {
		return nil, problem
	}
	with, _ := values[0].(map[string]any)
	network, _ := with["network"].(bool)
	j := job.Job{What: job.Shell, Code: `exec "$@"`, Arguments: texts(with["command"]), Env: variables(with["env"]),
		Stdin: textOf(with["stdin"]), Network: network, TimeLimit: commandTime}
	if len(j.Arguments) == 0 {
		return nil, problemf(interp.Validation, 400, "the job has no command")
	}
	if image := textOf(with["image"]); image != "" {
		j.What, j.Code, j.Image = job.Container, "", image
	}
	if limit := with["timeout"]; limit != nil {
		t, err := workflow.DurationOf(limit)
		if err != nil || t <= 0 {
			return nil, problemf(interp.Validation, 400, "timeout is no duration: %v", err)
		}
		j.TimeLimit = t
	}
	res, problem := e.run(ctx, j)
	if problem != nil {
		return nil, problem
	}
	return output(res, "all"), failed(j, res, "stdout")
}

// log does the function log. Secrets in the message stay marks.
func (d *Driver) log(e *effect, in interp.FunctionInput) (any, *interp.Problem) {
	v, problem := e.read(in.With)
	if problem != nil {
		return nil, problem
	}
	with, _ := v[0].(map[string]any)
	level := textOf(with["level"])
	if level == "" {
		level = "info"
	}
	add, done := d.Logs.write(e.at.Run)
	defer done()
	for line := range strings.SplitSeq(strings.TrimRight(textOf(with["message"]), "\n"), "\n") {
		add(Line{At: d.Engine.Now(), Pointer: e.at.Pointer, Stream: level, Text: line})
	}
	return map[string]any{}, nil
}
