package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"time"
)

// runs numbers the runs of this process, for the names of their cgroups.
var runs atomic.Int64

// Run runs a command confined and waits for it. When it returns, no process of the
// command is left, however it ended. The error says that it could not be run, or is the
// context's; how the command itself ended is in the Result.
func Run(ctx context.Context, spec Spec) (Result, error) {
	host := Available()
	begin := time.Now()
	if spec.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, spec.Timeout, errTimeout)
		defer cancel()
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	group := NewGroup(fmt.Sprintf("run-%d-%d", os.Getpid(), runs.Add(1)), spec.Limits)
	defer group.Remove()

	cmd := exec.CommandContext(ctx, "")
	cmd.Err = nil // the path is set by Start
	cmd.Stdin, cmd.Stdout, cmd.Stderr = spec.Stdin, spec.Stdout, spec.Stderr
	cmd.WaitDelay = 5 * time.Second // for output held open by what could not be killed
	cmd.Cancel = func() error { return end(cmd.Process.Pid, group) }
	err := Start(cmd, Stage{
		Command: spec.Command, Dir: spec.Dir, Env: spec.Env,
		ReadWrite: spec.ReadWrite, ReadOnly: append([]string{spec.Dir}, spec.ReadOnly...), Hide: spec.Hide,
		Groups: group.Dirs(), UID: spec.UID, Session: true,
	}, isolation(host, spec.Network))
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return Result{}, err
	}
	err = cmd.Wait()
	_ = end(cmd.Process.Pid, group)
	res := resultOf(cmd.ProcessState, group)
	res.Elapsed = time.Since(begin)
	if cause := context.Cause(ctx); cause != nil && res.Err() != nil {
		if errors.Is(cause, errTimeout) {
			res.TimedOut = true
			return res, nil
		}
		return res, cause
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return res, fmt.Errorf("output of the command: %w", err)
	}
	return res, nil
}

var errTimeout = errors.New("time limit")

func isolation(h Host, network bool) Isolation {
	switch {
	case !h.Namespaces:
		return Plain
	case network:
		return Separate
	}
	return Offline
}

// end kills the whole tree: the stage and with it its PID namespace, its session for a
// host without namespaces, and its cgroup for what has left the session.
func end(pid int, group *Group) error {
	err := syscall.Kill(pid, syscall.SIGKILL)
	_ = syscall.Kill(-pid, syscall.SIGKILL)
	group.Kill()
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}

func resultOf(ps *os.ProcessState, group *Group) Result {
	ws := ps.Sys().(syscall.WaitStatus)
	res := Result{ExitCode: ws.ExitStatus(), OutOfMemory: group.OutOfMemory()}
	switch {
	case ws.Signaled():
		res.Signal = ws.Signal().String()
	case res.ExitCode > 128 && res.ExitCode <= 128+64: // as the stage and every shell say it
		res.Signal = syscall.Signal(res.ExitCode - 128).String()
	}
	return res
}
