package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"slipway.dev/client"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/freeport"
)

// house is a control plane as a child process, in a directory of its own.
type house struct {
	dir      string
	program  string
	page     string // address of the page
	edge     string // host:port for users
	internal string // host:port for services and workflows
	client   *client.Client
	args     []string // that it is started with
	cmd      *exec.Cmd
	gone     chan struct{} // closed when the process of cmd has ended
	ended    chan struct{} // closed when it has ended, and not because the demo kills it to start it again
	killing  atomic.Bool
}

// longestTemp is how long a path may be before the sockets below it get too long.
const longestTemp = 40

// startHouse starts a control plane on free ports. It may not answer yet; see ready. What
// it gives must be stopped, even with an error.
func startHouse(o Options) (*house, error) {
	temp := os.TempDir()
	if len(temp) > longestTemp {
		temp = "/tmp"
	}
	dir, err := os.MkdirTemp(temp, "slipway-demo-")
	if err != nil {
		return nil, err
	}
	h := &house{dir: dir, program: o.Program}
	ports, err := freeport.Addresses(3)
	if err != nil {
		return h, err
	}
	h.page, h.edge = "http://"+ports[0]+"/", ports[1]
	if h.client, err = client.New(client.Options{Socket: h.socket()}); err != nil {
		return h, err
	}
	h.args = []string{"--listen", ports[0], "--edge-http", ports[1], "--edge-internal", ports[2], "--build-cache", o.Cache}
	h.internal = ports[2]
	return h, h.start()
}

// start starts the process of the control plane.
func (h *house) start() error {
	log, err := os.OpenFile(h.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := h.command(context.Background(), "up", h.args...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the control plane: %w", err)
	}
	gone := make(chan struct{})
	h.cmd, h.gone = cmd, gone
	if h.ended == nil {
		h.ended = make(chan struct{})
	}
	go func() {
		_ = cmd.Wait()
		if !h.killing.Load() {
			close(h.ended)
		}
		close(gone)
	}()
	return nil
}

func (h *house) data() string   { return filepath.Join(h.dir, "data") }
func (h *house) socket() string { return filepath.Join(h.data(), "api.sock") }
func (h *house) log() string    { return filepath.Join(h.dir, "up.log") }

// command is this program on the demo's data. Ctrl-C in the terminal is for the demo alone,
// which then stops the rest in order.
func (h *house) command(ctx context.Context, verb string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, h.program, append([]string{verb, "--data", h.data()}, args...)...)
	c.Env = environ()
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return c
}

// alive is a context that ends when the control plane does.
func (h *house) alive(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-h.ended:
			cancel(h.died())
		case <-ctx.Done():
		}
	}()
	return ctx
}

func (h *house) died() error {
	out, _ := os.ReadFile(h.log())
	return fault.New(fault.Internal, "the demo's control plane ended").Because(told(out))
}

// ready waits until the control plane answers.
func (h *house) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(h.alive(ctx), 30*time.Second, errors.New("the control plane does not answer"))
	defer cancel()
	for {
		if _, err := h.client.System(ctx); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// How long the control plane, and all that it has started, may take to stop.
const (
	stopGrace = 20 * time.Second
	downGrace = 45 * time.Second
)

// stop ends the control plane and all that it has started, and removes its directory.
func (h *house) stop() error {
	if h.client != nil {
		h.client.Close()
	}
	if h.cmd != nil {
		h.end()
		if err := h.down(); err != nil {
			return err
		}
	}
	return os.RemoveAll(h.dir)
}

func (h *house) down() error {
	ctx, cancel := context.WithTimeout(context.Background(), downGrace)
	defer cancel()
	out, err := h.command(ctx, "down").CombinedOutput()
	if err != nil {
		return fault.New(fault.Internal, "not all that the demo started has stopped").Because(told(out)).
			WithHint("try again: %s down --data %s; then remove %s", h.program, h.data(), h.dir)
	}
	return nil
}

func (h *house) end() {
	_ = h.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-h.gone:
	case <-time.After(stopGrace):
		_ = h.cmd.Process.Kill()
		<-h.gone
	}
}
