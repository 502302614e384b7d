// Package source drives the sources: it looks at the git repositories that are watched, and
// brings what a new commit has as an event.
//
//	source desires watch ──▶ watcher ──▶ fetch ──▶ manifests, changed services ──▶ source.pushed
//	webhook ────────────────▶ kick ──────┘    └──▶ source.problem
package source

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/source"
)

// Driver looks at sources. Dir has their mirrors.
type Driver struct {
	Engine *engine.Engine
	Dir    string
	Open   func(ctx context.Context, secret string) (version int, value []byte, err error) // a secret's current value
	Log    *slog.Logger

	mu      sync.Mutex
	mirrors map[string]*source.Mirror
	watches map[string]*watch
}

// watch is a source that is looked at.
type watch struct {
	spec config.SourceSpec
	stop context.CancelFunc
	kick chan struct{}
}

var actor = machine.System("source")

func (d *Driver) tell(ctx context.Context, name, event string, data any) error {
	_, err := d.Engine.Submit(ctx, engine.To{Machine: config.SourceID(name),
		Event: machine.Event{Type: event, Actor: actor, Data: machine.Must(data)}})
	return err
}

// Mirror gives the mirror of a source.
func (d *Driver) Mirror(name string) (*source.Mirror, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if m := d.mirrors[name]; m != nil {
		return m, nil
	}
	m, err := source.OpenMirror(filepath.Join(d.Dir, name))
	if err != nil {
		return nil, err
	}
	if d.mirrors == nil {
		d.mirrors = map[string]*source.Mirror{}
	}
	d.mirrors[name] = m
	return m, nil
}

// remote says where to fetch from. A credential is the value of a secret: "user:password",
// or a token alone.
func (d *Driver) remote(ctx context.Context, spec config.SourceSpec) (source.Remote, error) {
	r := source.Remote{URL: spec.URL, Branch: spec.Branch}
	if spec.Credential == "" {
		return r, nil
	}
	_, value, err := d.Open(ctx, spec.Credential)
	if err != nil {
		return r, err
	}
	user, password, both := strings.Cut(strings.TrimSpace(string(value)), ":")
	if !both {
		user, password = "slipway", user
	}
	r.Credential = &source.Credential{User: user, Password: password}
	return r, nil
}

// Reconcile watches the sources that are desired, and no others. The watches end with ctx of
// Run's caller, not with that of the call.
func (d *Driver) Reconcile(run context.Context) func(context.Context, []engine.Desired) error {
	return func(_ context.Context, all []engine.Desired) error {
		want := map[string]config.SourceSpec{}
		for _, w := range all {
			var spec config.SourceSpec
			if err := json.Unmarshal(w.Spec, &spec); err != nil {
				return fmt.Errorf("watch of %s: %w", w.Machine, err)
			}
			want[spec.Name] = spec
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		for name, w := range d.watches {
			if spec, ok := want[name]; !ok || spec != w.spec {
				w.stop()
				delete(d.watches, name)
			}
		}
		for name, spec := range want {
			if d.watches[name] == nil {
				d.begin(run, spec)
			}
		}
		return nil
	}
}

// begin watches a source. d.mu is held.
func (d *Driver) begin(run context.Context, spec config.SourceSpec) {
	ctx, stop := context.WithCancel(run)
	w := &watch{spec: spec, stop: stop, kick: make(chan struct{}, 1)}
	if d.watches == nil {
		d.watches = map[string]*watch{}
	}
	d.watches[spec.Name] = w
	go d.follow(ctx, w)
}

// Kick has a source looked at now. It says whether the source is watched.
func (d *Driver) Kick(name string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	w := d.watches[name]
	if w == nil {
		return false
	}
	select {
	case w.kick <- struct{}{}:
	default: // it will be looked at anyway
	}
	return true
}

// Intervals between two looks, unless the source has its own, and the longest after failures.
const (
	localInterval  = 5 * time.Second
	remoteInterval = 30 * time.Second
	maxInterval    = 5 * time.Minute
)
