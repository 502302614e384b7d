package process

import (
	"context"
	"errors"
	"io/fs"
	"sync"
	"time"

	"slipway.dev/internal/target"
	"slipway.dev/internal/wire/shimwire"
)

// follower watches one instance: its shim tells of the process, the probes of its health.
type follower struct {
	t      *Target
	in     target.Instance
	client *client
	cancel context.CancelFunc
	done   chan struct{}
	wake   chan struct{}    // capacity 1: the shim's status has changed
	noted  shimwire.Process // that was healthy; only for the probes

	mu     sync.Mutex
	shim   shimwire.Status
	health health
	told   target.Status // last published
	lost   int           // shims that were lost; each cost a restart
}

// follow begins to follow an instance, in place of a follower before. The caller holds the ID.
func (t *Target) follow(in target.Instance, c *client, s shimwire.Status) {
	f := &follower{t: t, in: in, client: c, shim: s, done: make(chan struct{}), wake: make(chan struct{}, 1)}
	f.health.was = wasHealthy(t.instanceDir(in.ID), s.App)
	ctx, cancel := context.WithCancel(t.ctx)
	f.cancel = cancel
	t.mu.Lock()
	if old := t.followers[in.ID]; old != nil {
		old.cancel()
		f.lost = old.lost
		if !alive(old, s) {
			f.lost++
		}
	}
	t.followers[in.ID] = f
	t.mu.Unlock()
	f.publish()
	t.wg.Go(func() {
		defer close(f.done)
		defer c.close()
		var probes sync.WaitGroup
		probes.Go(func() { f.probes(ctx) })
		f.shimLoop(ctx)
		cancel()
		probes.Wait()
	})
}

// alive says whether s is of the same shim that the old follower knew.
func alive(old *follower, s shimwire.Status) bool {
	old.mu.Lock()
	defer old.mu.Unlock()
	return old.shim.Shim == s.Shim || old.shim.Shim.PID == 0
}

// shimLoop takes in what the shim tells, until it is gone.
func (f *follower) shimLoop(ctx context.Context) {
	for {
		s, err := f.client.watch(ctx, f.sequence())
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			f.take(s)
			continue
		}
		lock, lockErr := takeLock(f.t.instanceDir(f.in.ID))
		if lockErr == nil {
			lock.Close()
		}
		if lockErr == nil || errors.Is(lockErr, fs.ErrNotExist) {
			f.t.wg.Go(func() { f.t.revive(f) })
			return
		}
		select { // it is there and does not answer, or is about to go
		case <-ctx.Done():
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (f *follower) sequence() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.shim.Sequence
}

// take takes in a status of the shim. A new process begins with unknown health.
func (f *follower) take(s shimwire.Status) {
	f.mu.Lock()
	if s.App != f.shim.App {
		f.health = health{}
	}
	f.shim = s
	f.mu.Unlock()
	select {
	case f.wake <- struct{}{}:
	default:
	}
	f.publish()
}

// probes looks at the app as long as it runs.
func (f *follower) probes(ctx context.Context) {
	root := ""
	if r, err := readRecord(f.t.instanceDir(f.in.ID)); err == nil {
		root = r.Root
	}
	for {
		f.mu.Lock()
		s, h := f.shim, f.health
		f.mu.Unlock()
		wait := time.Hour // until the shim says something new
		if s.State == shimwire.Running {
			err := f.t.probe(ctx, f.in, root, statusOf(s, h).Address)
			if err == nil && !h.was && f.t.host.Namespaces {
				err = listensItself(s.App.PID, s.Port)
			}
			if ctx.Err() != nil {
				return
			}
			h = f.saw(s.App, err)
			wait = interval(f.in.Health, h, time.Since(s.Since))
		}
		select {
		case <-ctx.Done():
			return
		case <-f.wake:
		case <-time.After(wait):
		}
	}
}

// saw takes in the outcome of a probe, unless another process runs by now.
func (f *follower) saw(app shimwire.Process, err error) health {
	if err == nil && f.noted != app { // before anybody can act upon it
		noteHealthy(f.t.instanceDir(f.in.ID), app)
		f.noted = app
	}
	f.mu.Lock()
	if f.shim.App == app {
		f.health = f.health.see(err)
	}
	h := f.health
	f.mu.Unlock()
	f.publish()
	return h
}

func (f *follower) status() target.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now()
}

func (f *follower) now() target.Status {
	s := statusOf(f.shim, f.health)
	s.Restarts += f.lost
	return s
}

// publish tells the watchers, if there is anything new to say.
func (f *follower) publish() {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.now()
	same := f.told
	same.Detail, same.Since = now.Detail, now.Since // the text alone is no news
	if now == same {
		return
	}
	f.told = now
	f.t.hub.publish(now)
}
