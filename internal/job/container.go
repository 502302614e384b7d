package job

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
)

// ownerLabel marks our containers with who runs them, so that Sweep finds them.
const ownerLabel = "dev.slipway.jobs"

// shellVariable brings a container's command to its shell; an argument would be seen by all.
const shellVariable = "SLIPWAY_COMMAND"

// podmanFailed is podman's exit status for trouble of its own, not the command's.
const podmanFailed = 125

// container runs a job by podman: without capabilities, with limits, and gone afterwards.
func (h *Hand) container(ctx context.Context, j Job) (Result, error) {
	if _, err := exec.LookPath("podman"); err != nil {
		return Result{}, fault.New(fault.Unavailable, "containers cannot be run: there is no podman on this machine").
			WithHint("install podman, or make the task a script or shell command, which run in the sandbox")
	}
	dir, err := h.folder()
	if err != nil {
		return Result{}, err
	}
	defer os.RemoveAll(dir)
	envFile, err := writeEnv(dir, j.Env)
	if err != nil {
		return Result{}, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, j.TimeLimit, errTimeLimit)
	defer cancel()
	name := h.containerName(j.Name)
	defer remove(ctx, name)
	out, errs := &keeper{to: j.Stdout}, &keeper{to: j.Stderr}
	begin := time.Now()
	cmd := exec.CommandContext(ctx, "podman", h.podmanArgs(j, name, envFile)...)
	cmd.Env = podmanEnv(j)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(j.Stdin), out, errs
	cmd.WaitDelay = 5 * time.Second
	cmd.Cancel = func() error { // the client alone would leave the container running
		remove(ctx, name)
		return cmd.Process.Kill()
	}
	err = cmd.Run()
	res := Result{Stdout: out.String(), Stderr: errs.String()}
	var exit *exec.ExitError
	switch {
	case errors.Is(context.Cause(ctx), errTimeLimit):
		res.Code, res.TimedOut, res.How = -1, true, fmt.Sprintf("stopped after its time limit (%s)", time.Since(begin).Round(time.Millisecond))
		return res, nil
	case ctx.Err() != nil:
		return Result{}, context.Cause(ctx)
	case err == nil:
		return res, nil
	case !errors.As(err, &exit):
		return Result{}, fault.New(fault.Unavailable, "podman cannot be run").Because(err)
	case exit.ExitCode() == podmanFailed:
		return Result{}, fault.New(fault.Unavailable, "the container %s cannot be run: %s", j.Image, strings.TrimSpace(res.Stderr))
	}
	res.Code, res.How = exit.ExitCode(), exit.Error()
	return res, nil
}

var errTimeLimit = errors.New("time limit")

func (h *Hand) podmanArgs(j Job, name, envFile string) []string {
	l := h.limits()
	pull := map[string]string{"": "missing", "ifNotPresent": "missing", "always": "always", "never": "never"}[j.Pull]
	args := []string{"run", "--rm", "--replace", "--interactive", "--name", name, "--label", ownerLabel + "=" + h.owner(),
		"--cap-drop", "all", "--security-opt", "no-new-privileges", "--pull", pull,
		"--ulimit", "nofile=1024:4096", "--ulimit", "nproc=4096:4096", "--http-proxy=false"}
	if !j.Network {
		args = append(args, "--network", "none")
	}
	if l.Memory > 0 {
		args = append(args, "--memory", strconv.FormatInt(l.Memory, 10))
	}
	if l.CPU > 0 {
		args = append(args, "--cpus", strconv.FormatFloat(l.CPU, 'f', 2, 64))
	}
	if l.Processes > 0 {
		args = append(args, "--pids-limit", strconv.Itoa(l.Processes))
	}
	args = append(args, "--env-file", envFile)
	if j.Code == "" {
		return append(append(args, "--", j.Image), j.Arguments...)
	}
	// Without a value: podman takes it from its own environment.
	args = append(args, "--env", shellVariable, "--", j.Image, "sh", "-c", `eval "$`+shellVariable+`"`, "sh")
	return append(args, j.Arguments...)
}

// podmanEnv is podman's own environment. That of the job comes by a file, for podman and
// what it starts are themselves steered by variables (LD_PRELOAD, CONTAINERS_CONF, …).
func podmanEnv(j Job) []string {
	env := []string{shellVariable + "=" + j.Code}
	for _, name := range slices.Concat([]string{"PATH", "HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"}, proxies) {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// writeEnv writes the job's environment as podman reads it: one variable a line.
func writeEnv(dir string, env map[string]string) (string, error) {
	var b strings.Builder
	for name, v := range env {
		if strings.ContainsAny(v, "\r\n") {
			return "", fault.New(fault.Invalid, "the environment variable %s of a container has more than one line", name).WithHint("give it as stdin")
		}
		fmt.Fprintf(&b, "%s=%s\n", name, v)
	}
	path := filepath.Join(dir, "environment")
	return path, os.WriteFile(path, []byte(b.String()), 0o600)
}

// remove kills a container, if it is there, and removes it.
func remove(ctx context.Context, name string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	_ = exec.CommandContext(ctx, "podman", "rm", "--force", "--ignore", "--time", "0", name).Run() // else Sweep finds it
}

// sweepContainers removes the containers of an owner, if there is podman.
func sweepContainers(ctx context.Context, owner string) error {
	if _, err := exec.LookPath("podman"); err != nil {
		return nil //nolint:nilerr // then there are none
	}
	list, err := exec.CommandContext(ctx, "podman", "ps", "--all", "--quiet", "--filter", "label="+ownerLabel+"="+owner).Output()
	if err != nil {
		return fmt.Errorf("look for containers of jobs: %w", err)
	}
	for id := range bytes.FieldsSeq(list) {
		remove(ctx, string(id))
	}
	return nil
}

// owner tells the containers of one control plane from those of others on this machine.
func (h *Hand) owner() string {
	dir, err := filepath.Abs(h.Dir)
	if err != nil {
		dir = h.Dir
	}
	sum := sha256.Sum256([]byte(dir))
	return hex.EncodeToString(sum[:8])
}

func (h *Hand) containerName(job string) string { return "slipway-" + h.owner() + "-" + job }
