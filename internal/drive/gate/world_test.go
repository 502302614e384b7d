package gate

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/alert"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/glass"
	"slipway.dev/internal/core/lease"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/notify"
	"slipway.dev/internal/core/release"
	"slipway.dev/internal/core/slo"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/core/train"
	corevault "slipway.dev/internal/core/vault"
	"slipway.dev/internal/drive/people"
	driverelease "slipway.dev/internal/drive/release"
	"slipway.dev/internal/drive/source"
	drivetask "slipway.dev/internal/drive/task"
	"slipway.dev/internal/drive/vault"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/secret"
	"slipway.dev/internal/store"
	"slipway.dev/internal/target"
)

// world is a book on a real engine with the real machines and people. Builds, instances and
// routes are played: they do at once what is asked.
type world struct {
	*testing.T
	engine *engine.Engine
	store  *store.Store
	book   *Book
	asker  *Asker
	people *people.Driver
	vault  vault.Vault
	clock  *clock
	log    lockedLog
	away   atomic.Bool // nobody can say who there is

	mu      sync.Mutex
	between func()             // is done once, when the facts of gate.asked are there and before they are used
	facts   []deploy.Facts     // that came with gate.asked, as they were found
	authors []gate.Contributor // of all commits
	writers error              // they cannot be told
	ill     map[string]bool    // environments in which instances get sick
	noFlows error              // flows cannot be told
}

func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	return openWorld(t, filepath.Join(t.TempDir(), "s.db"), newClock())
}

func openWorld(t *testing.T, path string, c *clock) *world {
	t.Helper()
	w := &world{T: t, clock: c, authors: []gate.Contributor{{Name: "Ann", Email: "ann@example.com"}}, ill: map[string]bool{}}
	log := slog.New(slog.NewTextHandler(&w.log, nil))
	w.store = try(store.Open(t.Context(), path, store.Options{Log: log}))(t)
	w.engine = engine.New(w.store, engine.Options{Log: log, Clock: w.clock, Resync: 50 * time.Millisecond})
	w.vault = vault.Vault{Engine: w.engine, Box: try(secret.OpenBox(filepath.Join(filepath.Dir(path), "age.key")))(t)}
	people.Register(w.engine)
	w.people = try(people.New(people.Deps{Engine: w.engine, Box: w.vault.Box, Log: log,
		Teams: func(context.Context) ([]manifest.Resource, error) { return nil, nil }}))(t)
	w.machines()
	w.hands()
	w.book = NewBook(Deps{Engine: w.engine, Governing: func(ctx context.Context) ([]config.Owned, error) { return source.Governing(ctx, w.engine) },
		Everybody: w.everybody, Resolve: driverelease.Resolver{Engine: w.engine}.Resolve, Contributors: w.contributors, FlowsOf: w.flowsOf})
	w.asker = NewAsker(w.book, log)
	w.doors()
	if err := w.engine.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
	})
	if err := w.vault.EnsureKey(t.Context(), machine.System("test")); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) close() error {
	if w.store == nil {
		return nil
	}
	err := errors.Join(w.engine.Stop(context.Background()), w.store.Close())
	w.store = nil
	return err
}

func (w *world) machines() {
	e := w.engine
	engine.Register(e, "source", config.SourceVersion, config.Source{})
	engine.Register(e, "resource", config.ResourceVersion, config.Resource{})
	engine.Register(e, "policy", config.PolicyVersion, config.Policy{})
	engine.Register(e, "task", task.Version, task.Machine{})
	engine.Register(e, "release", release.Version, release.Machine{})
	engine.Register(e, "deploy", deploy.Version, deploy.Lane{})
	engine.Register(e, "deployment", deploy.RecordVersion, deploy.Record{})
	engine.Register(e, "secret", corevault.SecretVersion, corevault.Secret{})
	engine.Register(e, "key", corevault.KeysVersion, corevault.Keys{})
	engine.Register(e, "lease", lease.Version, lease.Machine{})
	engine.Register(e, "glass", glass.Version, glass.Machine{})
	engine.Register(e, "train", train.Version, train.Machine{})
	engine.Register(e, "slo", slo.Version, slo.Machine{})
	engine.Register(e, "alert", alert.Version, alert.Machine{})
	e.HandleFacts("task", drivetask.Driver{Directory: w.people.Directory}.Facts)
	e.HandleFacts("release", driverelease.Resolver{Engine: e}.Facts)
	e.HandleFacts("source", func(ctx context.Context, r engine.Reader, _ machine.Event) (machine.Value, error) { // nobody need consent
		_, step, err := engine.Load[config.PolicyState](ctx, r, config.PolicyID)
		if fault.Is(err, fault.NotFound) {
			err = nil
		}
		return machine.Must(config.Facts{Policy: step, Free: true}), err
	})
}

func (w *world) hands() {
	e, nothing := w.engine, engine.EffectFunc(func(context.Context, engine.EffectCall) (machine.Value, error) { return nil, nil })
	built := engine.EffectFunc(func(_ context.Context, c engine.EffectCall) (machine.Value, error) {
		return machine.Must(release.Artifact{Digest: store.BlobDigest(c.Input), Size: 1}), nil
	})
	e.HandleEffect(release.EffectBuild, built)
	e.HandleEffect(release.EffectImport, built)
	e.HandleEffect(notify.EffectNotice, nothing)
	ignored := engine.ReconcileFunc(func(context.Context, []engine.Desired) error { return nil })
	e.HandleDesired(deploy.DesiredWatch, ignored)
	e.HandleDesired(config.DesiredWatch, ignored)
	e.HandleDesired(deploy.DesiredInstance, engine.ReconcileFunc(func(ctx context.Context, all []engine.Desired) error {
		for _, d := range all {
			w.mu.Lock()
			seen := deploy.Instance{ID: d.Key, State: string(target.Healthy), Address: "127.0.0.1:1"}
			if _, environment := laneOf(d.Machine); w.ill[environment] {
				seen.State = string(target.Unhealthy)
			}
			w.mu.Unlock()
			if err := w.observe(ctx, d.Machine, deploy.EventInstance, seen); err != nil {
				return err
			}
		}
		return nil
	}))
	e.HandleDesired(deploy.DesiredRoute, engine.ReconcileFunc(func(ctx context.Context, all []engine.Desired) error {
		for _, d := range all {
			spec := try(machine.Decode[deploy.RouteSpec](machine.Event{Data: d.Spec}))(w)
			if err := w.observe(ctx, d.Machine, deploy.EventRouted, deploy.Routed{Revision: spec.Revision}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// doors registers what this package has, with a place to do something between facts and commit.
func (w *world) doors() {
	e := w.engine
	e.HandleFacts("deploy", func(ctx context.Context, r engine.Reader, ev machine.Event) (machine.Value, error) {
		v, err := w.book.Facts(ctx, r, ev)
		if ev.Type == deploy.EventAsked || ev.Type == deploy.EventRollback {
			w.found(v)
		}
		return v, err
	})
	e.HandleFacts("glass", w.book.GlassFacts)
	e.HandleDesired(deploy.DesiredGate, w.asker)
	e.HandleEffect(deploy.EffectSign, Signer{Engine: e, Keys: w.vault, By: gate.Verifier{ID: "https://slipway.example.com", Version: "test"}})
	e.HandleEffect(train.EffectRollback, Back{Engine: e})
}

func (w *world) found(v machine.Value) {
	f, _ := machine.Decode[deploy.Facts](machine.Event{Data: v})
	w.mu.Lock()
	w.facts = append(w.facts, f)
	change := w.between
	w.between = nil
	w.mu.Unlock()
	if change != nil {
		change()
	}
}

func (w *world) everybody(ctx context.Context) (access.Everybody, error) {
	if w.away.Load() {
		return access.Everybody{}, errors.New("nobody can say who there is")
	}
	return w.people.Everybody(ctx)
}

func (w *world) contributors(context.Context, string, string, string, string) ([]gate.Contributor, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.authors, w.writers
}

func (w *world) observe(ctx context.Context, lane, event string, data any) error {
	_, err := w.engine.Submit(ctx, engine.To{Machine: lane, Event: machine.Event{Type: event, Actor: machine.System("test"), Data: machine.Must(data)}})
	if fault.Is(err, fault.Refused) { // it knows
		return nil
	}
	return err
}

// run has something run until the test ends, or until it is stopped.
func (w *world) run(list ...func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	for _, f := range list {
		group.Go(func() { f(ctx) })
	}
	stop = func() { cancel(); group.Wait() }
	w.Cleanup(stop)
	return stop
}

// answering has all gates answered by themselves from now on.
func (w *world) answering() (stop func()) { return w.run(w.asker.Run, w.asker.Follow) }

type lockedLog struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// try gives a value or ends the test.
func try[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// await waits until something is so.
func (w *world) await(what string, done func() bool) {
	w.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.Fatalf("it never came about that %s", what)
		}
	}
}

// accounts makes people with roles, "name role".
func (w *world) accounts(list ...string) {
	w.Helper()
	for _, words := range list {
		name, role, _ := strings.Cut(words, " ")
		if _, err := w.people.Load(w.Context(), name); err != nil {
			if _, _, _, err := w.people.Add(w.Context(), access.LocalToken, access.Added{Name: name, Addresses: []string{name + "@example.com"}}); err != nil {
				w.Fatal(err)
			}
		}
		if role != "" {
			try(w.people.Rights(w.Context(), access.LocalToken, access.EventGranted, access.Binding{Subject: "person:" + name, Role: access.Role(role)}))(w)
		}
	}
}
