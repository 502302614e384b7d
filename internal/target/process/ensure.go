package process

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/sandbox"
	"slipway.dev/internal/shim"
	"slipway.dev/internal/target"
	"slipway.dev/internal/wire/shimwire"
)

// Ensure sees to it that the instance runs, from the artifact unpacked at root. Of one
// that is there already nothing is changed; fault.Conflict if that has another artifact. It
// does not wait until it is healthy.
func (t *Target) Ensure(ctx context.Context, in target.Instance, root string) error {
	if err := check(in); err != nil {
		return err
	}
	defer t.lockID(in.ID)()
	return t.ensure(ctx, in, root)
}

// same refuses an instance that runs under the same name with another artifact: a control
// plane that was restored from a backup numbers its deployments again from there.
func same(in target.Instance, dir string) error {
	r, err := readRecord(dir)
	if err == nil && r.Instance.Artifact != in.Artifact {
		return fault.New(fault.Conflict, "an instance %s runs with another artifact, %.19s", in.ID, r.Instance.Artifact).
			WithHint("it was started before this store was restored; deploy again, or stop all with: slipway down")
	}
	return nil
}

// starts is how often Ensure tries to start a shim that dies without a word.
const starts = 5

// ensure is Ensure for who holds the ID. A shim that just dies is waited for and replaced.
func (t *Target) ensure(ctx context.Context, in target.Instance, root string) error {
	dir := t.instanceDir(in.ID)
	for range starts {
		if err := makeLock(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("directory of instance %s: %w", in.ID, err)
		}
		lock, err := takeLock(dir)
		started := err == nil
		switch {
		case started:
			err = t.start(ctx, in, root, lock)
			lock.Close() // the shim has its own hold on it
			if err != nil {
				return fmt.Errorf("start instance %s: %w", in.ID, err)
			}
		case errors.Is(err, errHeld):
			if err := same(in, dir); err != nil {
				return err
			}
		case errors.Is(err, fs.ErrNotExist): // removed just now
			continue
		default:
			return fmt.Errorf("lock of instance %s: %w", in.ID, err)
		}
		ok, err := t.attach(ctx, in, dir)
		if ok || err != nil {
			return err
		}
		if says := t.shimSays(in.ID); started && says != "" {
			return fault.New(fault.Internal, "the shim of %s ended at once: %s", in.ID, says)
		}
	}
	return fault.New(fault.Unavailable, "the shim of %s ends again and again as soon as it is started", in.ID)
}

// start starts the shim. When this process dies in the middle, the lock is either free
// again or the shim's.
func (t *Target) start(ctx context.Context, in target.Instance, root string, lock *os.File) error {
	dir := t.instanceDir(in.ID)
	order, err := t.prepare(ctx, in, root)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(order)
	if err != nil {
		return err
	}
	_ = os.Remove(filepath.Join(dir, shimwire.StateFile))
	own, err := os.OpenFile(filepath.Join(t.logDir(in.ID), "shim"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer own.Close()
	cmd := &exec.Cmd{
		Path: t.o.Exe, Args: []string{shim.Name, in.ID}, Dir: "/", Env: []string{"GOMAXPROCS=1"},
		Stdout: own, Stderr: own, ExtraFiles: []*os.File{lock}, // shim.LockFD
		SysProcAttr: &syscall.SysProcAttr{},
	}
	if t.host.Namespaces {
		cmd.SysProcAttr = sandbox.Own(0)
		cmd.SysProcAttr.Pdeathsig = 0 // it outlives us
	}
	cmd.SysProcAttr.Setsid = true
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	_, err = stdin.Write(raw)
	stdin.Close()
	go cmd.Wait() //nolint:errcheck // only so that it leaves no zombie; how it ended is in its state file
	if err != nil {
		return fmt.Errorf("send the order to the shim: %w: %s", err, t.shimSays(in.ID))
	}
	return nil
}

// shimSays gives what the shim complained about.
func (t *Target) shimSays(id string) string {
	b, _ := os.ReadFile(filepath.Join(t.logDir(id), "shim"))
	return strings.TrimSpace(string(b[:min(len(b), 2000)]))
}

// attach follows the instance's shim, as soon as it answers. False: there is none any more.
func (t *Target) attach(ctx context.Context, in target.Instance, dir string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	c := newClient(dir)
	for {
		s, err := c.hello(ctx)
		if err == nil {
			t.follow(in, c, s)
			return true, nil
		}
		if fault.Is(err, fault.Refused) {
			c.close()
			return false, err
		}
		lock, lockErr := takeLock(dir)
		if errors.Is(lockErr, fs.ErrNotExist) { // stopped by another
			c.close()
			return false, nil
		}
		if lockErr == nil { // nobody there
			lock.Close()
			c.close()
			return false, nil
		}
		select {
		case <-ctx.Done():
			c.close()
			return false, fault.New(fault.Unavailable, "the shim of %s does not answer", in.ID).Because(err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}
