package artifact

import (
	"context"
	"io"
	"time"

	"slipway.dev/internal/sandbox"
)

// Limits bound a build with all its processes. Zero: not bounded.
type Limits struct {
	Memory    int64   // bytes
	CPU       float64 // cores
	Processes int
}

// Command is a build to run.
type Command struct {
	Args      []string
	Dir       string
	Env       []string // all of it
	Writable  []string // directories that it may change; Dir is in one of them
	User      int      // to become, if not 0; Writable belongs to it
	Limits    Limits
	TimeLimit time.Duration // 0: none
	Output    io.Writer     // of both outputs
}

// Runner runs a command. When Run returns, none of its processes is left, however it
// ended. The error is the context's, or says how the command ended.
type Runner interface {
	Run(context.Context, Command) error
}

// Confined is the Runner that builds are meant for: the sandbox, with a network.
type Confined struct {
	Hide []string // directories that builds must not see, e.g. the control plane's data
}

// Run runs a command in the sandbox.
func (c Confined) Run(ctx context.Context, cmd Command) error {
	res, err := sandbox.Run(ctx, sandbox.Spec{
		Command: cmd.Args, Dir: cmd.Dir, Env: cmd.Env, ReadWrite: cmd.Writable, Hide: c.Hide, UID: cmd.User, Network: true,
		Limits:  sandbox.Limits{Memory: cmd.Limits.Memory, CPU: cmd.Limits.CPU, Processes: cmd.Limits.Processes},
		Timeout: cmd.TimeLimit, Stdout: cmd.Output, Stderr: cmd.Output,
	})
	if err != nil {
		return err
	}
	return res.Err()
}
