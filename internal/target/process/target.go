package process

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/sandbox"
	"slipway.dev/internal/shim"
	"slipway.dev/internal/target"
)

// Options are what a Target needs to know.
type Options struct {
	Dir     string        // for instances and logs; made with mode 0700
	Exe     string        // the program whose main calls shim.Init and sandbox.Init; default: this one
	Hide    []string      // directories that apps must not see, e.g. the control plane's; Dir is one always
	Ports   shim.Ports    // default 20000-29999, below the range of ephemeral ports
	Logs    shim.Rotation // default 4 files of 8 MiB besides the newest, 8 MiB/s
	LogKeep time.Duration // how long the logs of instances that are gone are kept; default 7 days
	Log     *slog.Logger  // default: none
	Epoch   func() int64  // of the leader; shims refuse orders of an older one. Default: 0

	// Secrets gives the value of a version of a secret. Without it an instance with
	// secrets is refused.
	Secrets func(ctx context.Context, name, version string) ([]byte, error)
}

// Target runs instances on this machine. Its methods may be called at the same time.
type Target struct {
	o    Options
	host sandbox.Host
	ctx  context.Context // of the followers
	stop context.CancelFunc
	wg   sync.WaitGroup
	hub  hub

	shimPatience time.Duration // beyond an instance's grace, until a silent shim is killed

	mu        sync.Mutex
	locks     map[string]*sync.Mutex // one per ID: Ensure and Stop of one instance take turns
	followers map[string]*follower
	used      map[string]used // by ID
}

// New makes a Target. Close ends it; the instances run on.
func New(o Options) (*Target, error) {
	if o.Exe == "" {
		if !shim.Initialised() {
			return nil, errors.New("a defect of this program: its main does not call shim.Init")
		}
		o.Exe = "/proc/self/exe"
	}
	if o.Ports == (shim.Ports{}) {
		o.Ports = shim.Ports{First: 20000, Last: 29999}
	}
	if o.Logs == (shim.Rotation{}) {
		o.Logs = shim.Rotation{Size: 8 << 20, Files: 4, Rate: 8 << 20}
	}
	if o.LogKeep == 0 {
		o.LogKeep = 7 * 24 * time.Hour
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Epoch == nil {
		o.Epoch = func() int64 { return 0 }
	}
	dir, err := filepath.Abs(o.Dir)
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir) // mounts and Landlock want the real one
	}
	if err != nil {
		return nil, fmt.Errorf("directory of the process target: %w", err)
	}
	o.Dir = dir
	for _, sub := range []string{"instances", "logs"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return nil, fmt.Errorf("directory of the process target: %w", err)
		}
	}
	t := &Target{
		o: o, host: sandbox.Available(), shimPatience: 10 * time.Second,
		locks: map[string]*sync.Mutex{}, followers: map[string]*follower{}, used: map[string]used{},
	}
	t.ctx, t.stop = context.WithCancel(context.Background())
	for _, m := range t.host.Missing() {
		o.Log.Warn("this host confines instances only in part", "missing", m)
	}
	return t, nil
}

// Close stops looking after the instances, which run on. Channels of Watch are closed.
func (t *Target) Close() {
	t.stop()
	t.wg.Wait()
	t.hub.close()
}

// Status gives how an instance is; fault.NotFound for one that is not there.
func (t *Target) Status(_ context.Context, id string) (target.Status, error) {
	t.mu.Lock()
	f := t.followers[id]
	t.mu.Unlock()
	if f == nil {
		return target.Status{}, fault.New(fault.NotFound, "no instance %q on this machine", id)
	}
	return f.status(), nil
}

// List gives all instances that this target knows: ensured, or found by Adopt.
func (t *Target) List(context.Context) ([]target.Status, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []target.Status
	for _, f := range t.followers {
		out = append(out, f.status())
	}
	sortByID(out)
	return out, nil
}

// Watch gives the status of every instance, and again whenever it changes. A slow reader
// gets only the newest of each. The channel is closed when ctx ends or with Close.
func (t *Target) Watch(ctx context.Context) <-chan target.Status {
	t.mu.Lock()
	defer t.mu.Unlock()
	var now []target.Status
	for _, f := range t.followers {
		now = append(now, f.status())
	}
	return t.hub.subscribe(ctx, now)
}

// lockID makes callers for the same instance take turns.
func (t *Target) lockID(id string) (unlock func()) {
	t.mu.Lock()
	l := t.locks[id]
	if l == nil {
		l = &sync.Mutex{}
		t.locks[id] = l
	}
	t.mu.Unlock()
	l.Lock()
	return l.Unlock
}

func (t *Target) instanceDir(id string) string { return filepath.Join(t.o.Dir, "instances", id) }
func (t *Target) logDir(id string) string      { return filepath.Join(t.o.Dir, "logs", id) }
