package process

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"slipway.dev/internal/sandbox"
	"slipway.dev/internal/target"
	"slipway.dev/internal/wire/shimwire"
)

// Adopt finds the instances that an earlier process of this target has left, follows those
// that run, and gives all. One whose shim is gone (the machine was restarted) is Crashed;
// Ensure starts it again. Nothing is stopped: that an instance is not wanted any more is
// the caller's to say. The error tells of instances that cannot be looked at; the others
// are adopted all the same.
func (t *Target) Adopt(ctx context.Context) ([]target.Status, error) {
	t.pruneLogs(time.Now())
	_ = os.RemoveAll(filepath.Join(t.o.Dir, "trash")) // of a process that was killed while it removed
	found, err := os.ReadDir(filepath.Join(t.o.Dir, "instances"))
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, e := range found {
		if checkID(e.Name()) != nil {
			continue
		}
		if err := t.adopt(ctx, e.Name()); err != nil {
			errs = append(errs, fmt.Errorf("adopt instance %s: %w", e.Name(), err))
		}
	}
	list, err := t.List(ctx)
	return list, errors.Join(append(errs, err)...)
}

func (t *Target) adopt(ctx context.Context, id string) error {
	defer t.lockID(id)()
	dir := t.instanceDir(id)
	r, recordErr := readRecord(dir)
	lock, err := takeLock(dir)
	if errors.Is(err, errHeld) {
		r.Instance.ID = id // it runs, whatever the record says
		var ok bool
		if ok, err = t.attach(ctx, r.Instance, dir); ok || err != nil {
			return err
		}
		lock, err = takeLock(dir) // it ended just now
	}
	if errors.Is(err, fs.ErrNotExist) { // whoever made it was killed before it had a lock
		return t.discard(id)
	}
	if err != nil {
		return err
	}
	defer lock.Close()
	last := readState(dir)
	if recordErr != nil || last.State == shimwire.Stopped { // never started, or stopped as asked
		t.clean(id)
		return t.discard(id)
	}
	t.mourn(r.Instance, last)
	return nil
}

// mourn shows an instance whose shim is gone.
func (t *Target) mourn(in target.Instance, last shimwire.Status) {
	f := &follower{t: t, in: in, cancel: func() {}, done: make(chan struct{})}
	close(f.done)
	last.ID, last.State, last.App = in.ID, shimwire.Waiting, shimwire.Process{}
	last.Restarts = max(last.Restarts, 1)
	last.Detail = "its shim is gone, as after a restart of the machine; it is started again when it is ensured"
	f.shim = last
	t.mu.Lock()
	t.followers[in.ID] = f
	t.mu.Unlock()
	f.publish()
}

// revive starts an instance again whose shim was killed while we were looking.
func (t *Target) revive(lost *follower) {
	defer t.lockID(lost.in.ID)()
	dir := t.instanceDir(lost.in.ID)
	t.mu.Lock()
	current := t.followers[lost.in.ID] == lost
	t.mu.Unlock()
	r, err := readRecord(dir)
	if !current || err != nil { // stopped or ensured again meanwhile
		return
	}
	if last := readState(dir); last.State == shimwire.Stopped { // the shim was told by another, or by SIGTERM
		lost.take(last)
		return
	}
	t.o.Log.Warn("the shim of an instance is gone; starting it again", "instance", lost.in.ID)
	for t.ctx.Err() == nil {
		if err = t.ensure(t.ctx, r.Instance, r.Root); err == nil {
			return
		}
		t.o.Log.Error("cannot start an instance again", "instance", lost.in.ID, "err", err)
		lost.mu.Lock()
		lost.shim.State, lost.shim.Detail, lost.shim.App = shimwire.Failed, err.Error(), shimwire.Process{}
		lost.mu.Unlock()
		lost.publish()
		select {
		case <-t.ctx.Done():
		case <-time.After(5 * time.Second):
		}
	}
}

// clean ends what may be left of an instance whose shim is gone.
func (t *Target) clean(id string) {
	g := sandbox.NewGroup(t.group(id), sandbox.Limits{})
	g.Kill()
	g.Remove()
}
