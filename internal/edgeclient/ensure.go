package edgeclient

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/wire/edgewire"
)

// StartOptions say how to start an edge.
type StartOptions struct {
	Binary string   // absolute path
	Args   []string // e.g. "edge", "--socket", …; they must name this client's socket
	Env    []string // nil: this process's
	Log    string   // file for what it prints; appended to
}

// How long a started edge may take, and how long the winner of a race may.
const (
	startTimeout  = 15 * time.Second
	winnerTimeout = 5 * time.Second
	lookEach      = 10 * time.Millisecond
)

// Ensure starts an edge if none answers, and waits until one does. The edge is a process
// of its own that outlives this one. If two start one at the same time, one edge remains:
// the other finds its state directory locked.
func (c *Client) Ensure(ctx context.Context, o StartOptions) (edgewire.Hello, error) {
	h, err := c.Hello(ctx)
	if err == nil || !fault.Is(err, fault.Unavailable) {
		return h, err
	}
	exited, pid, err := start(o)
	if err != nil {
		return h, fault.New(fault.Unavailable, "cannot start the edge %s", o.Binary).Because(err)
	}
	return c.await(ctx, o, exited, pid)
}

func (c *Client) await(ctx context.Context, o StartOptions, exited <-chan error, pid int) (edgewire.Hello, error) {
	deadline := time.After(startTimeout)
	var exit error
	for {
		h, err := c.Hello(ctx)
		if err == nil || !fault.Is(err, fault.Unavailable) {
			return h, err
		}
		select {
		case exit = <-exited:
			exited = nil
			deadline = time.After(winnerTimeout) // another one may have been faster
			if !lockedOut(exit) {
				return h, failed(o, exit)
			}
		case <-deadline:
			if exited == nil {
				return h, failed(o, exit)
			}
			return h, fault.New(fault.Unavailable, "the edge (process %d) does not answer within %s", pid, startTimeout).WithHint("see %s", o.Log)
		case <-ctx.Done():
			return h, ctx.Err()
		case <-time.After(lookEach):
		}
	}
}

func start(o StartOptions) (exited <-chan error, pid int, err error) {
	if err := os.MkdirAll(filepath.Dir(o.Log), 0o700); err != nil {
		return nil, 0, err
	}
	log, err := os.OpenFile(o.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, 0, err
	}
	defer log.Close()
	cmd := exec.Command(o.Binary, o.Args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = o.Env, log, log
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // signals to our terminal or group are not for it
	if err := cmd.Start(); err != nil {
		return nil, 0, err
	}
	ch := make(chan error, 1)
	go func() { ch <- cmd.Wait() }()
	return ch, cmd.Process.Pid, nil
}

func failed(o StartOptions, exit error) error {
	if exit == nil {
		exit = errors.New("it ended by itself")
	}
	return fault.New(fault.Unavailable, "the edge did not start: %s", lastLines(o.Log)).Because(exit).WithHint("see %s", o.Log)
}

// exitRefused is the exit status of a program whose error is fault.Refused: here, that
// another edge has the state directory.
const exitRefused = 5

func lockedOut(exit error) bool {
	var e *exec.ExitError
	return errors.As(exit, &e) && e.ExitCode() == exitRefused
}

// lastLines gives the end of the log, where a program says why it gave up.
func lastLines(path string) string {
	const most = 600
	f, err := os.Open(path)
	if err != nil {
		return "nothing is in its log"
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > most {
		_, _ = f.Seek(-most, io.SeekEnd) // otherwise the message is only longer
	}
	content, _ := io.ReadAll(io.LimitReader(f, most)) // what can be read is what is shown
	return strings.TrimSpace(string(content))
}
