package process

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/shim"
	"slipway.dev/internal/target"
	"slipway.dev/internal/wire/shimwire"
)

// Stop ends an instance for good: SIGTERM, after its grace SIGKILL to all that is left.
// It returns when nothing of it is left but its logs. Stopping what is not there is fine.
// When ctx ends earlier, the instance goes on ending; Stop again to clean up.
func (t *Target) Stop(ctx context.Context, id string) error {
	if err := checkID(id); err != nil {
		return err
	}
	defer t.lockID(id)()
	dir := t.instanceDir(id)
	lock, err := takeLock(dir)
	if errors.Is(err, errHeld) {
		lock, err = t.end(ctx, id, dir)
	}
	if errors.Is(err, fs.ErrNotExist) {
		t.forget(id)
		return nil
	}
	if err != nil {
		return fmt.Errorf("stop instance %s: %w", id, err)
	}
	defer lock.Close()
	t.clean(id)
	if err := t.discard(id); err != nil {
		return fmt.Errorf("remove the directory of instance %s: %w", id, err)
	}
	t.forget(id)
	return nil
}

// end tells the shim to end and gives the lock that it leaves. One that does not obey in
// time is killed; the app dies with it.
func (t *Target) end(ctx context.Context, id, dir string) (*os.File, error) {
	r, _ := readRecord(dir)
	wait := grace(r.Instance)
	c := newClient(dir)
	defer c.close()
	limited, cancel := context.WithTimeout(ctx, wait+t.shimPatience)
	defer cancel()
	for {
		err := c.stop(limited, shimwire.StopRequest{Epoch: t.o.Epoch(), Grace: wait})
		if fault.Is(err, fault.Refused) {
			return nil, err
		}
		if lock, err := awaitLock(limited, dir, err == nil); !errors.Is(err, errHeld) {
			return lock, err
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if limited.Err() != nil {
			break
		}
	}
	t.o.Log.Warn("the shim of an instance does not answer; killing it", "instance", id)
	if err := killProcess(readState(dir).Shim); err != nil {
		return nil, err
	}
	limited, cancel = context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return awaitLock(limited, dir, true)
}

// awaitLock takes the lock when the shim has let go of it; if patient is false it only
// tries for a moment. errHeld: it has not.
func awaitLock(ctx context.Context, dir string, patient bool) (*os.File, error) {
	for tries := 0; ; tries++ {
		lock, err := takeLock(dir)
		if !errors.Is(err, errHeld) || ctx.Err() != nil || !patient && tries > 10 {
			return lock, err
		}
		time.Sleep(2 * time.Millisecond) // a shim ends within a few of these
	}
}

// killProcess kills a process, and never another one that has its PID by now.
func killProcess(p shimwire.Process) error {
	proc, err := os.FindProcess(p.PID) // holds the process, not the number, from here on
	if err != nil {
		return err
	}
	defer proc.Release() //nolint:errcheck // nothing to be done
	now, err := shim.Identify(strconv.Itoa(p.PID))
	if err != nil || now != p {
		return nil //nolint:nilerr // it is gone
	}
	if err := proc.Signal(syscall.SIGKILL); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}

// forget drops the follower and tells the watchers that the instance is gone.
func (t *Target) forget(id string) {
	t.mu.Lock()
	f := t.followers[id]
	delete(t.followers, id)
	t.mu.Unlock()
	if f == nil {
		return
	}
	f.cancel()
	<-f.done
	s := f.status()
	s.State, s.PID, s.Detail, s.Since = target.Stopped, 0, "", time.Now().UTC()
	t.hub.publish(s)
}

func readState(dir string) shimwire.Status {
	var s shimwire.Status
	raw, err := os.ReadFile(filepath.Join(dir, shimwire.StateFile))
	if err != nil || json.Unmarshal(raw, &s) != nil {
		return shimwire.Status{}
	}
	return s
}
