package house

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// control is one run of `slipway up`.
type control struct {
	cmd   *exec.Cmd
	out   output
	ended chan struct{} // closed when it has ended
	err   error         // how
}

// output keeps what a program prints.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// Begin starts a control plane and does not wait for it. Fault is "" or says around which
// commit it ends as by a crash: "before:3", "after:3" (programs built with faults).
func (h *House) Begin(fault string) error {
	args := []string{"up", "--data", h.o.Data, "--listen", h.listen, "--edge-http", h.HTTP, "--edge-internal", h.internal}
	if h.o.Store != "" {
		args = append(args, "--store", h.o.Store)
	}
	c := &control{cmd: exec.Command(h.o.Programs.Slipway, args...), ended: make(chan struct{})}
	c.cmd.Env = append(os.Environ(), "SLIPWAY_FAULT="+fault)
	c.cmd.Stdout, c.cmd.Stderr = &c.out, &c.out
	// A session of its own, as a service has: the kernel shares out the processors by
	// session, and the traffic's clients must not be measured instead of the product.
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	// What it starts holds its output open as well; that is not waited for.
	c.cmd.WaitDelay = time.Second
	if err := c.cmd.Start(); err != nil {
		return err
	}
	h.mu.Lock()
	h.run = c
	h.mu.Unlock()
	go func() {
		c.err = c.cmd.Wait()
		close(c.ended)
	}()
	return nil
}

// Up starts a control plane and waits until it answers, or has ended because of its fault.
func (h *House) Up(ctx context.Context, fault string) error {
	if err := h.Begin(fault); err != nil {
		return err
	}
	return h.Answers(ctx, fault != "")
}

// Answers waits until the control plane answers. That it has ended is an error unless that
// was meant.
func (h *House) Answers(ctx context.Context, mayEnd bool) error {
	return Wait(ctx, "the control plane answers", func() (bool, error) {
		if _, err := h.System(ctx); err == nil {
			return true, nil
		}
		if !h.Runs() {
			if mayEnd {
				return true, nil
			}
			return false, fmt.Errorf("slipway up: %w\n%s", h.current().err, h.Output())
		}
		return false, nil
	})
}

func (h *House) current() *control {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.run
}

// Ended is closed when the control plane that was started last has ended.
func (h *House) Ended() <-chan struct{} { return h.current().ended }

// Err is how the control plane ended that was started last; it must have.
func (h *House) Err() error { return h.current().err }

// Runs says whether the control plane that was started last still runs.
func (h *House) Runs() bool {
	select {
	case <-h.current().ended:
		return false
	default:
		return true
	}
}

// Output is what the control plane that was started last printed.
func (h *House) Output() string { return h.current().out.String() }

// Kill ends the control plane by SIGKILL, as a crash would, and waits until it is gone.
func (h *House) Kill() { h.end(syscall.SIGKILL) }

// Stop ends the control plane by SIGTERM, and waits until it is gone.
func (h *House) Stop() { h.end(syscall.SIGTERM) }

func (h *House) end(s syscall.Signal) {
	if c := h.current(); c != nil {
		_ = c.cmd.Process.Signal(s) // it may have ended already
		<-c.ended
	}
}

// Command runs another command of the product on the data directory and gives what it
// printed. A failure has the exit code, see ExitCode.
func (h *House) Command(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, h.o.Programs.Slipway, append(args, "--data", h.o.Data)...)
	text, err := cmd.CombinedOutput()
	if err != nil {
		return string(text), fmt.Errorf("slipway %v: %w\n%s", args, err, text)
	}
	return string(text), nil
}

// ExitCode of a command or control plane that failed; -1 if it ended in another way.
func ExitCode(err error) int {
	var e *exec.ExitError
	if errors.As(err, &e) {
		return e.ExitCode()
	}
	return -1
}

// Revive starts another control plane as soon as the one that runs now has ended. The
// function that it gives ends this, and says whether it came to that.
func (h *House) Revive(ctx context.Context) func() (bool, error) {
	type outcome struct {
		revived bool
		err     error
	}
	first, done, stop := h.current(), make(chan outcome, 1), make(chan struct{})
	go func() {
		select {
		case <-first.ended:
			done <- outcome{true, h.Up(ctx, "")}
		case <-stop:
			done <- outcome{}
		}
	}()
	return func() (bool, error) {
		close(stop)
		o := <-done
		return o.revived, o.err
	}
}

// PID is the control plane's that was started last.
func (h *House) PID() int { return h.current().cmd.Process.Pid }

// Upgrade has what is started from now on be another program.
func (h *House) Upgrade(program string) { h.o.Programs.Slipway = program }
