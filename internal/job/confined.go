package job

import (
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/sandbox"
)

// confined runs a job in the sandbox, in a folder of its own and as a user that nobody
// else is.
func (h *Hand) confined(ctx context.Context, j Job) (Result, error) {
	dir, err := h.folder()
	if err != nil {
		return Result{}, err
	}
	defer os.RemoveAll(dir)
	command, err := write(j, dir)
	if err != nil {
		return Result{}, err
	}
	uid := sandbox.Available().UserOf("job/" + j.Name)
	if err := give(uid, dir, command[1]); err != nil {
		return Result{}, fault.New(fault.Unavailable, "the folder of a job cannot be given to it").Because(err)
	}
	out, errs := &keeper{to: j.Stdout}, &keeper{to: j.Stderr}
	res, err := sandbox.Run(ctx, sandbox.Spec{
		Command: command, Dir: dir, Env: environment(j, dir), ReadWrite: []string{dir}, Hide: h.Hide,
		UID: uid, Network: j.Network, Limits: h.limits(), Timeout: j.TimeLimit,
		Stdin: strings.NewReader(j.Stdin), Stdout: out, Stderr: errs,
	})
	switch {
	case ctx.Err() != nil:
		return Result{}, context.Cause(ctx)
	case err != nil && strings.Contains(err.Error(), syscall.E2BIG.Error()): // the stage tells in words
		return Result{}, fault.New(fault.TooLarge, "the arguments and environment of the %s are too long", j.Word()).WithHint("give long values as its stdin")
	case err != nil && strings.HasPrefix(err.Error(), "cannot run"):
		return Result{}, fault.New(fault.Unavailable, "%s is not installed on this machine, or not where jobs may read it", command[0]).Because(err)
	case err != nil:
		return Result{}, fmt.Errorf("run the %s: %w", j.Word(), err)
	}
	return Result{Code: res.ExitCode, How: how(res), TimedOut: res.TimedOut, Stdout: out.String(), Stderr: errs.String()}, nil
}

// folder makes the folder of one job.
func (h *Hand) folder() (string, error) {
	err := os.MkdirAll(h.Dir, 0o711)
	if err == nil {
		var dir string
		if dir, err = os.MkdirTemp(h.Dir, "job-"); err == nil {
			return dir, nil
		}
	}
	return "", fault.New(fault.Unavailable, "the folder of a job cannot be made").Because(err)
}

// Word names the sort of a job for a person.
func (j Job) Word() string {
	return map[What]string{Shell: "shell command", Script: "script", Container: "container"}[j.What]
}

func how(r sandbox.Result) string {
	if err := r.Err(); err != nil {
		return err.Error()
	}
	return ""
}

// give makes paths belong to the user that a job is run as; 0: they stay ours.
func give(uid int, paths ...string) error {
	if uid == 0 {
		return nil
	}
	for _, p := range paths {
		if err := os.Lchown(p, uid, uid); err != nil {
			return err
		}
	}
	return nil
}
