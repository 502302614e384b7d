// Package release drives the releases: it builds their artifacts, or takes them in, and tells
// a release that is ready which environments take it by themselves.
//
//	release's artifact.build  ──▶ checkout from the source's mirror ──▶ confined build ──▶ artifact
//	release's artifact.import ──▶ copy from a registry or layout     ──▶ artifact
//	release's artifact.cancel ──▶ ends one of these
package release

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"slipway.dev/internal/artifact"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/release"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/source"
)

// Driver makes artifacts. Its methods may be called by many goroutines.
type Driver struct {
	Resolver
	Artifacts *artifact.Store
	Mirror    func(source string) (*source.Mirror, error)
	Logs      Logs

	mu      sync.Mutex
	running map[string]context.CancelFunc // by release machine
}

// Build runs the effect artifact.build.
type Build struct{ *Driver }

// Run builds. The error of a failed build ends with the last lines of its log.
func (b Build) Run(ctx context.Context, call engine.EffectCall) (machine.Value, error) {
	var in release.BuildInput
	if err := json.Unmarshal(call.Input, &in); err != nil {
		return nil, err
	}
	return b.under(ctx, in.Service, in.Release, func(ctx context.Context, log io.Writer) (release.Artifact, error) {
		m, err := b.Mirror(in.Source)
		if err != nil {
			return release.Artifact{}, err
		}
		about, err := m.Commit(ctx, in.Commit)
		if err != nil {
			return release.Artifact{}, err
		}
		r, err := b.Artifacts.Build(ctx, request(call, in, about.Committed, m, log))
		return release.Artifact{Digest: r.Digest, Size: r.Size, Provenance: r.Provenance, Seconds: r.Finished.Sub(r.Started).Seconds()}, err
	})
}

func request(call engine.EffectCall, in release.BuildInput, committed time.Time, m *source.Mirror, log io.Writer) artifact.Request {
	env := map[string]string{}
	for k, v := range in.Build.Env {
		env[string(k)] = string(v)
	}
	var check func(string) error
	if w := in.Workflow; w != nil {
		check = func(checkout string) error { return checkWorkflow(checkout, in.Path, *w, log) }
	}
	return artifact.Request{
		Check: check,
		ID:    call.ID, Service: in.Service, Source: in.URL, Commit: in.Commit, CommitTime: committed,
		Path: in.Path, Run: string(in.Build.Run), Env: env, TimeLimit: in.Build.Timeout.Or(0),
		Limits: artifact.Limits{Memory: in.Build.Limits.Memory.Bytes(), CPU: in.Build.Limits.CPU.Cores(), Processes: in.Build.Limits.Processes},
		Log:    log,
		Checkout: func(ctx context.Context, dst string) error {
			_, err := m.Checkout(ctx, in.Commit, in.Path, dst)
			return err
		},
	}
}

// Import runs the effect artifact.import.
type Import struct{ *Driver }

// Run takes an image in.
func (i Import) Run(ctx context.Context, call engine.EffectCall) (machine.Value, error) {
	var in release.ImportInput
	if err := json.Unmarshal(call.Input, &in); err != nil {
		return nil, err
	}
	return i.under(ctx, in.Service, in.Release, func(ctx context.Context, log io.Writer) (release.Artifact, error) {
		fmt.Fprintln(log, "taking in", in.Image)
		began := time.Now()
		r, err := i.Artifacts.Import(ctx, in.Image)
		return release.Artifact{Digest: r.Digest, Size: r.Size, Seconds: time.Since(began).Seconds()}, err
	})
}

// under makes an artifact so that it can be cancelled, with a log of its own.
func (d *Driver) under(ctx context.Context, service, id string, produce func(context.Context, io.Writer) (release.Artifact, error)) (machine.Value, error) {
	own, cancel := context.WithCancel(ctx)
	defer cancel()
	d.hold(release.MachineID(service, id), cancel)
	defer d.hold(release.MachineID(service, id), nil)
	log, err := d.Logs.Create(service, id)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	var built release.Artifact
	if err = d.wanted(ctx, service, id); err == nil {
		built, err = produce(own, log)
	}
	if err == nil {
		fmt.Fprintln(log, "built", built.Digest)
		return machine.Must(built), nil
	}
	if own.Err() != nil && ctx.Err() == nil {
		err = errCancelled
	}
	last := log.Tail()
	fmt.Fprintln(log, "failed:", err)
	if last != "" {
		err = fmt.Errorf("%w\n%s", err, last)
	}
	return nil, err
}

var errCancelled = fault.New(fault.Refused, "the build was cancelled")

// wanted says whether a release is still to be built. One that was cancelled before its
// build could be stopped, because it had not begun, is not.
func (d *Driver) wanted(ctx context.Context, service, id string) error {
	s, _, err := engine.Load[release.State](ctx, d.Engine, release.MachineID(service, id))
	if err == nil && s.Status != release.Building {
		err = errCancelled
	}
	return err
}

func (d *Driver) hold(id string, cancel context.CancelFunc) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.running == nil {
		d.running = map[string]context.CancelFunc{}
	}
	if cancel == nil {
		delete(d.running, id)
		return
	}
	d.running[id] = cancel
}

// Cancel runs the effect artifact.cancel.
type Cancel struct{ *Driver }

// Run stops a build or import. One that has ended meanwhile needs no stopping.
func (c Cancel) Run(_ context.Context, call engine.EffectCall) (machine.Value, error) {
	var in release.CancelInput
	if err := json.Unmarshal(call.Input, &in); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if cancel := c.running[release.MachineID(in.Service, in.Release)]; cancel != nil {
		cancel()
	}
	return nil, nil
}
