package control_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/control"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/notify"
	"slipway.dev/internal/core/pillars"
	"slipway.dev/internal/core/release"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/core/traffic"
	"slipway.dev/internal/core/trigger"
	corevault "slipway.dev/internal/core/vault"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/drive/catalog"
	drivejudge "slipway.dev/internal/drive/judge"
	"slipway.dev/internal/drive/people"
	drive "slipway.dev/internal/drive/release"
	"slipway.dev/internal/drive/run"
	driveslo "slipway.dev/internal/drive/slo"
	"slipway.dev/internal/drive/source"
	drivetask "slipway.dev/internal/drive/task"
	"slipway.dev/internal/drive/vault"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/metrics/ring"
	"slipway.dev/internal/secret"
	"slipway.dev/internal/store"
	"slipway.dev/internal/target"
	"slipway.dev/internal/view/history"
)

// world is a control on a real engine with the real machines, views and secrets. Builds,
// instances and routes are played: they do at once what is asked, unless told otherwise.
type world struct {
	*testing.T
	*control.Control
	ctx    context.Context // of an administrator
	engine *engine.Engine
	store  *store.Store
	vault  vault.Vault
	builds drive.Logs
	output lockedBuffer // all that was logged

	library  *run.Library
	ring     *ring.Ring
	measured []control.Measured // of objectives

	people  *people.Driver
	writers atomic.Pointer[[]gate.Contributor] // of all commits; nil: nobody
	unwell  atomic.Bool                        // instances do not become healthy
	broken  atomic.Bool                        // builds fail
	pending atomic.Bool                        // builds wait until they are cancelled
	kicked  chan string
	printed map[string]string // log of an instance, by ID
}

var admin = access.LocalToken

func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	dir := t.TempDir()
	w := &world{T: t, ctx: control.WithActor(t.Context(), admin), kicked: make(chan string, 10), printed: map[string]string{}}
	log := slog.New(slog.NewTextHandler(&w.output, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.store = try(store.Open(t.Context(), filepath.Join(dir, "s.db"), store.Options{Log: log}))(t)
	w.engine = engine.New(w.store, engine.Options{Log: log})
	w.vault = vault.Vault{Engine: w.engine, Box: try(secret.OpenBox(filepath.Join(dir, "age.key")))(t)}
	w.builds = drive.Logs{Dir: filepath.Join(dir, "builds")}
	w.machines()
	people.Register(w.engine)
	w.people = try(people.New(people.Deps{Engine: w.engine, Box: w.vault.Box, Teams: w.teams, Log: log}))(t)
	w.engine.HandleFacts("access", w.people.Facts)
	w.ring = newRing(t)
	w.Control = control.New(w.deps())
	answer := w.doors()
	if err := w.engine.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	answer()
	t.Cleanup(func() {
		if err := errors.Join(w.engine.Stop(context.Background()), w.store.Close()); err != nil {
			t.Error(err)
		}
	})
	if err := w.vault.EnsureKey(t.Context(), machine.System("test")); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) machines() {
	e := w.engine
	driveslo.Register(e)
	engine.Register(e, "source", config.SourceVersion, config.Source{})
	engine.Register(e, "resource", config.ResourceVersion, config.Resource{})
	engine.Register(e, "policy", config.PolicyVersion, config.Policy{})
	engine.Register(e, "task", task.Version, task.Machine{})
	e.HandleFacts("task", drivetask.Driver{Directory: func(ctx context.Context) (*access.Directory, error) { return w.people.Directory(ctx) }}.Facts)
	e.HandleEffect(notify.EffectNotice, engine.EffectFunc(func(context.Context, engine.EffectCall) (machine.Value, error) { return nil, nil }))
	e.HandleFacts("source", source.New(source.Deps{Engine: e, Dir: w.TempDir(), Log: slog.New(slog.DiscardHandler),
		Directory: func(ctx context.Context) (*access.Directory, error) { return w.people.Directory(ctx) }}).Facts)
	engine.Register(e, "release", release.Version, release.Machine{})
	engine.Register(e, "deploy", deploy.Version, deploy.Lane{})
	engine.Register(e, "deployment", deploy.RecordVersion, deploy.Record{})
	engine.Register(e, "secret", corevault.SecretVersion, corevault.Secret{})
	engine.Register(e, "key", corevault.KeysVersion, corevault.Keys{})
	engine.Register(e, "traffic", traffic.Version, traffic.Machine{})
	library := run.NewLibrary(e.Value)
	engine.Register(e, "run", interp.Version, interp.Machine{Library: library})
	engine.Register(e, "trigger", trigger.Version, trigger.Machine{Values: library})
	e.HandleDesired(interp.DesiredListen, engine.ReconcileFunc(func(context.Context, []engine.Desired) error { return nil }))
	w.library = library
	e.AddView(history.View())
	resolver := drive.Resolver{Engine: e}
	e.HandleFacts("release", resolver.Facts)
	build := engine.EffectFunc(w.build)
	e.HandleEffect(release.EffectBuild, build)
	e.HandleEffect(release.EffectImport, build)
	e.HandleEffect(release.EffectCancel, engine.EffectFunc(func(context.Context, engine.EffectCall) (machine.Value, error) {
		w.pending.Store(false)
		return nil, nil
	}))
	e.HandleEffect(deploy.SmokeCheck, engine.EffectFunc(func(context.Context, engine.EffectCall) (machine.Value, error) { return nil, nil }))
	e.HandleDesired(deploy.DesiredInstance, engine.ReconcileFunc(w.instances))
	e.HandleDesired(deploy.DesiredRoute, engine.ReconcileFunc(w.routes))
	e.HandleDesired(deploy.DesiredWatch, engine.ReconcileFunc(func(context.Context, []engine.Desired) error { return nil }))
	e.HandleDesired(config.DesiredWatch, engine.ReconcileFunc(func(context.Context, []engine.Desired) error { return nil }))
}

func (w *world) deps() control.Deps {
	return control.Deps{
		Engine: w.engine, Vault: w.vault, Sources: kicker{w}, Logs: logs{w}, Journal: journal{w.store},
		People: w.people, Directory: w.people.Directory, Page: "http://localhost:7700/",
		Refused: func(who access.Caller, _ access.Operation, _ access.Scope) {
			w.people.Suspect(access.RefusedRight, who.Actor.String())
		},
		Resolve: drive.Resolver{Engine: w.engine}.Resolve,
		Runner:  runner{w.library},
		Owned:   func(ctx context.Context) ([]config.Owned, error) { return source.Owned(ctx, w.engine) },
		Ended: func(ctx context.Context, q model.DeploymentsQuery) ([]deploy.Ended, error) {
			return history.Find(ctx, w.store, history.Query{Service: q.Service, Environment: q.Environment, Limit: q.Limit})
		},
		Seen:    func(ctx context.Context, position int64) error { return w.engine.Wait(ctx, position, history.Name) },
		Catalog: catalog.New(w.engine, func(ctx context.Context) ([]config.Owned, error) { return source.Owned(ctx, w.engine) }), Figures: w.ring, Canaries: drivejudge.New(drivejudge.Deps{Ticks: w.store}),
		Measured: func() []control.Measured { return w.measured },
		Pillars: func(_ context.Context, f flow.Flow, environment string) ([]pillars.Row, error) {
			return pillars.Rows(f, pillars.None(environment, time.Hour)), nil
		},
		Exposition: func(_ context.Context, out io.Writer) error {
			_, err := io.WriteString(out, "slipway_edge_up 1\n")
			return err
		},
		URL:  func(host string) string { return "http://" + host },
		Info: func(context.Context) (model.System, error) { return model.System{Version: "test"}, nil },
	}
}

// teams gives the teams in force.
func (w *world) teams(ctx context.Context) (list []manifest.Resource, err error) {
	owned, err := source.Owned(ctx, w.engine)
	for _, o := range owned {
		if o.Kind == manifest.KindTeam {
			list = append(list, o.Resource)
		}
	}
	return list, err
}

// build plays a build or import: its artifact is named after its input.
func (w *world) build(ctx context.Context, c engine.EffectCall) (machine.Value, error) {
	for w.pending.Load() {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
	if w.broken.Load() {
		return nil, errors.New("it does not compile")
	}
	return machine.Must(release.Artifact{Digest: store.BlobDigest(c.Input), Size: 1}), nil
}

func (w *world) instances(ctx context.Context, all []engine.Desired) error {
	for _, d := range all {
		spec := try(machine.Decode[deploy.InstanceSpec](machine.Event{Data: d.Spec}))(w)
		seen := deploy.Instance{ID: spec.ID, State: string(target.Healthy), Address: "127.0.0.1:1"}
		if w.unwell.Load() {
			seen = deploy.Instance{ID: spec.ID, State: string(target.Starting)}
		}
		if err := w.observe(ctx, d.Machine, deploy.EventInstance, seen); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) routes(ctx context.Context, all []engine.Desired) error {
	for _, d := range all {
		spec := try(machine.Decode[deploy.RouteSpec](machine.Event{Data: d.Spec}))(w)
		if err := w.observe(ctx, d.Machine, deploy.EventRouted, deploy.Routed{Revision: spec.Revision}); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) observe(ctx context.Context, lane, event string, data any) error {
	_, err := w.engine.Submit(ctx, engine.To{Machine: lane, Event: machine.Event{Type: event, Actor: machine.System("test"), Data: machine.Must(data)}})
	if fault.Is(err, fault.Refused) { // it knows
		return nil
	}
	return err
}

type kicker struct{ *world }

func (k kicker) Kick(name string) bool {
	s, _, err := engine.Load[config.SourceState](k.Context(), k.engine, config.SourceID(name))
	k.kicked <- name
	return err == nil && s.Spec.URL != ""
}

type logs struct{ *world }

func (l logs) Instance(_ context.Context, id string, _ target.LogOptions) (io.ReadCloser, error) {
	text, ok := l.printed[id]
	if !ok {
		return nil, fault.New(fault.NotFound, "no logs of an instance %q on this machine", id)
	}
	return io.NopCloser(strings.NewReader(text)), nil
}

func (k kicker) Commits(context.Context, string, string, string) ([]model.PlanCommit, bool, error) {
	return nil, false, fault.New(fault.NotFound, "there are no repositories here")
}

func (l logs) Build(service, id string) (*os.File, error) { return l.builds.Open(service, id) }

type journal struct{ *store.Store }

func (j journal) Verify(ctx context.Context) (model.AuditReport, error) {
	a, err := j.Store.Verify(ctx, nil)
	return model.AuditReport{Entries: a.Entries, Verified: a.Verified}, err
}

type lockedBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
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

const platform = `
apiVersion: slipway.dev/v1
kind: Team
metadata: {name: shop}
spec: {members: []}
---
apiVersion: slipway.dev/v1
kind: Environment
metadata: {name: dev}
spec: {target: {process: {}}}
---
apiVersion: slipway.dev/v1
kind: Environment
metadata: {name: prod}
spec: {after: dev, target: {process: {}}}
`

const tickets = `
apiVersion: slipway.dev/v1
kind: Service
metadata: {name: tickets, team: shop}
spec:
  source: {path: tickets}
  build: {run: "cp app $OUT/"}
  run: {command: [./app]}
  routes: [{host: shop.localhost, path: /orders}]
  strategy: {blueGreen: {}}
  rollback: {observe: 10ms}
`

func (w *world) apply(source string, files ...string) model.ApplyResult {
	w.Helper()
	r := model.ApplyRequest{Source: source}
	for _, f := range files {
		r.Files = append(r.Files, model.File{Name: "f.yaml", Content: f})
	}
	result := try(w.Apply(w.ctx, r))(w)
	if len(result.Problems) > 0 {
		w.Fatal(result.Problems)
	}
	return result
}

// push brings a commit of tickets as the source driver would. Its name begins with n.
func (w *world) push(n string) {
	w.Helper()
	w.pushed(n, tickets)
}

func (w *world) pushed(n, manifests string) {
	w.Helper()
	s, _, err := engine.Load[config.SourceState](w.Context(), w.engine, config.SourceID("git"))
	if fault.Is(err, fault.NotFound) {
		try(w.AddSource(w.ctx, model.Source{Name: "git", URL: "/srv/shop.git", WebhookSecret: "hook"}))(w)
	}
	commit := (n + strings.Repeat("0", 40))[:40]
	p := config.Pushed{Commit: commit, Previous: s.Commit, CommittedAt: time.Now(), Subject: "change " + n, Authors: []string{"Ada <ada@example.test>"}}
	for _, r := range parse(w, manifests) {
		try(w.engine.Blobs().Put(w.Context(), r.Document()))(w)
		p.Items = append(p.Items, try(config.ItemOf(r, func(string) bool { return true }))(w))
	}
	try(w.engine.Submit(w.Context(), engine.To{Machine: config.SourceID("git"),
		Event: machine.Event{Type: config.EventPushed, Actor: machine.System("source"), Data: machine.Must(p)}}))(w)
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

// until waits until the lane of tickets in dev is as wanted.
func (w *world) until(what string, done func(model.Lane) bool) (lane model.Lane) {
	w.Helper()
	w.await(what, func() bool {
		var err error
		lane, err = w.Lane(w.ctx, "tickets", "dev")
		return err == nil && done(lane)
	})
	return lane
}

// live pushes a commit and waits until it is completed in dev.
func (w *world) live(n string) model.Lane {
	w.Helper()
	w.push(n)
	return w.until(n+" is live", func(l model.Lane) bool {
		return l.Current != nil && strings.HasPrefix(l.Current.Commit, n) && l.Active == nil
	})
}

// refused checks an error's code and that its text says something.
func (w *world) refused(err error, code fault.Code, says ...string) {
	w.Helper()
	if !fault.Is(err, code) {
		w.Fatalf("want %s, got %v (%s)", code, err, fault.CodeOf(err))
	}
	for _, s := range says {
		if !strings.Contains(err.Error(), s) {
			w.Errorf("%q does not say %q", err, s)
		}
	}
}

func newRing(t *testing.T) *ring.Ring {
	t.Helper()
	r, err := ring.Open(ring.Options{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}
