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

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/source"
)

// Deps are what the driver needs of others.
type Deps struct {
	Engine *engine.Engine
	Dir    string                                                                          // of the mirrors
	Open   func(ctx context.Context, secret string) (version int, value []byte, err error) // a secret's current value
	Log    *slog.Logger
	// Directory gives who is who, to tell who had a hand in a change. Without it, nobody is
	// known.
	Directory func(ctx context.Context) (*access.Directory, error)
}

// Driver looks at sources.
type Driver struct {
	Deps
	watcher *source.Watcher

	mu      sync.Mutex
	mirrors map[string]*source.Mirror
	specs   map[string]config.SourceSpec // of what is watched
}

// New makes a driver that watches nothing yet.
func New(d Deps) *Driver {
	driver := &Driver{Deps: d, mirrors: map[string]*source.Mirror{}}
	driver.watcher = source.NewWatcher(driver.poll, d.Log)
	return driver
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

// Reconcile watches the sources that are desired, and no others.
func (d *Driver) Reconcile(_ context.Context, all []engine.Desired) error {
	specs := make(map[string]config.SourceSpec, len(all))
	watches := make([]source.Watch, len(all))
	for i, w := range all {
		var spec config.SourceSpec
		if err := json.Unmarshal(w.Spec, &spec); err != nil {
			return fmt.Errorf("watch of %s: %w", w.Machine, err)
		}
		specs[spec.Name] = spec
		watches[i] = source.Watch{Name: spec.Name, Remote: source.Remote{URL: spec.URL, Branch: spec.Branch}, Interval: spec.Interval}
	}
	d.mu.Lock()
	d.specs = specs
	d.mu.Unlock()
	d.watcher.Set(watches)
	return nil
}

// poll looks at a source because its time has come, or because it was kicked.
func (d *Driver) poll(ctx context.Context, w source.Watch) error {
	d.mu.Lock()
	spec, ok := d.specs[w.Name]
	d.mu.Unlock()
	if !ok {
		return nil // taken out meanwhile
	}
	return d.Look(ctx, spec)
}

// Kick has a source looked at now. It says whether the source is watched.
func (d *Driver) Kick(name string) bool { return d.watcher.Kick(name) }

// Close ends all looks and waits for those under way.
func (d *Driver) Close() { d.watcher.Close() }
