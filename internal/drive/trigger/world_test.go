package trigger

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"slipway.dev/internal/artifact"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/notify"
	"slipway.dev/internal/core/release"
	"slipway.dev/internal/core/trigger"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/core/workflow/jq"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/sandbox"
	"slipway.dev/internal/sign"
	"slipway.dev/internal/store"
)

func TestMain(m *testing.M) {
	sandbox.Init()
	os.Exit(m.Run())
}

// world is all that a workflow passes on its way from a push to a run: real machines on a real
// engine and store, real builds into a real folder of artifacts. The repository is a folder, the door opens by itself.
type world struct {
	testing.TB
	dir       string
	store     *store.Store
	engine    *engine.Engine
	artifacts *artifact.Store
	dev       manifest.Resource
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{TB: t, dir: t.TempDir()}
	key, err := sign.NewKey()
	w.must(err)
	w.artifacts, err = artifact.Open(filepath.Join(w.dir, "artifacts"), artifact.Options{Runner: artifact.Confined{}, Signer: key, Log: slog.New(slog.DiscardHandler)})
	w.must(err)
	w.dev = w.parsed("apiVersion: slipway.dev/v1\nkind: Environment\nmetadata: {name: dev}\n")[0]
	w.start()
	t.Cleanup(w.stop)
	w.tell(config.SourceID("shop"), config.EventSourceAdded, config.SourceSpec{Name: "shop", Kind: config.Services, URL: "/repo", Branch: "main"}, nil)
	return w
}

func (w *world) start() {
	w.Helper()
	log := slog.New(slog.DiscardHandler)
	s, err := store.Open(w.Context(), filepath.Join(w.dir, "s.db"), store.Options{Log: log})
	w.must(err)
	e := engine.New(s, engine.Options{Log: log})
	w.store, w.engine = s, e
	books := library{e}
	engine.Register(e, "source", config.SourceVersion, config.Source{})
	engine.Register(e, "resource", config.ResourceVersion, config.Resource{})
	engine.Register(e, "release", release.Version, release.Machine{})
	engine.Register(e, "deploy", deploy.Version, deploy.Lane{})
	engine.Register(e, "deployment", deploy.RecordVersion, deploy.Record{})
	engine.Register(e, "run", interp.Version, interp.Machine{Library: books})
	Register(Deps{Engine: e, Artifacts: w.artifacts, Values: books, Log: log})
	e.HandleEffect(release.EffectBuild, engine.EffectFunc(w.build))
	e.HandleFacts("release", w.environments)
	e.HandleDesired(deploy.DesiredGate, engine.ReconcileFunc(w.door))
	e.HandleDesired(deploy.DesiredInstance, engine.ReconcileFunc(w.target))
	e.HandleDesired(deploy.DesiredRoute, engine.ReconcileFunc(w.edge))
	e.HandleDesired(deploy.DesiredWatch, engine.ReconcileFunc(func(context.Context, []engine.Desired) error { return nil }))
	e.HandleDesired(config.DesiredWatch, engine.ReconcileFunc(func(context.Context, []engine.Desired) error { return nil }))
	e.HandleDesired(interp.DesiredListen, engine.ReconcileFunc(func(context.Context, []engine.Desired) error { return nil }))
	for _, kind := range []string{deploy.EffectSign, notify.EffectNotice} {
		e.HandleEffect(kind, engine.EffectFunc(func(context.Context, engine.EffectCall) (machine.Value, error) { return machine.Value(`{}`), nil }))
	}
	w.must(e.Start(w.Context()))
}

func (w *world) stop() { w.must(errors.Join(w.engine.Stop(context.Background()), w.store.Close())) }

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) parsed(text string) []manifest.Resource {
	w.Helper()
	found, problems := manifest.Parse("f.yaml", []byte(text))
	w.must(problems.Err())
	return found
}

// push is a commit of the workflow restart with a definition.
func (w *world) push(commit, definition string) {
	w.Helper()
	w.must(os.WriteFile(filepath.Join(w.dir, commit), []byte(definition), 0o600))
	r := w.parsed(`apiVersion: slipway.dev/v1
kind: Service
metadata: {name: restart, team: shop}
spec: {source: {path: workflows}, workflow: {file: r.yaml, overlap: queue}}
`)[0]
	_, err := w.engine.Blobs().Put(w.Context(), r.Document())
	w.must(err)
	item, err := config.ItemOf(r, func(string) bool { return true })
	w.must(err)
	s, _, err := engine.Load[config.SourceState](w.Context(), w.engine, config.SourceID("shop"))
	w.must(err)
	w.tell(config.SourceID("shop"), config.EventPushed, config.Pushed{Commit: commit, Previous: s.Commit, Items: []config.Item{item}}, nil)
}

// build makes the artifact as the release asks for it.
func (w *world) build(ctx context.Context, call engine.EffectCall) (machine.Value, error) {
	in, err := engine.Decode[release.BuildInput](call)
	if err != nil {
		return nil, err
	}
	r, err := w.artifacts.Build(ctx, artifact.Request{ID: call.ID, Service: in.Service, Source: in.URL, Commit: in.Commit, CommitTime: time.Unix(0, 0), Path: in.Path, Run: string(in.Build.Run),
		Checkout: func(_ context.Context, dst string) error {
			text, err := os.ReadFile(filepath.Join(w.dir, in.Commit))
			return errors.Join(err, os.MkdirAll(filepath.Join(dst, in.Path), 0o755), os.WriteFile(filepath.Join(dst, in.Path, in.Workflow.File), text, 0o644))
		}})
	if err != nil {
		w.Log(in.Commit, err)
	}
	return machine.Must(release.Artifact{Digest: r.Digest, Size: r.Size}), err
}

func (w *world) environments(ctx context.Context, _ engine.Reader, _ machine.Event) (machine.Value, error) {
	s, _, err := engine.Load[release.State](ctx, w.engine, engine.Subject(ctx))
	if err != nil || s.Spec == "" {
		return nil, err
	}
	doc, err := w.engine.Blobs().Get(ctx, s.Spec)
	if err != nil {
		return nil, err
	}
	service, err := manifest.Load(doc)
	if err != nil {
		return nil, err
	}
	c, err := config.Resolve(service, w.dev, nil)
	if err != nil {
		return nil, err
	}
	blob, _ := c.Blob()
	digest, err := w.engine.Blobs().Put(ctx, blob)
	return machine.Must(release.Facts{Environments: []release.Environment{{Name: "dev", Config: digest, Rollout: c.Rollout}}}), err
}

// door lets in all that waits, guarded as the lane demands.
func (w *world) door(ctx context.Context, all []engine.Desired) error {
	for _, d := range all {
		s, step, err := engine.Load[deploy.State](ctx, w.engine, d.Machine)
		if err != nil {
			return err
		}
		var f deploy.Facts
		for _, p := range s.Queue {
			f.Gates = append(f.Gates, deploy.Answered{Deployment: p.Deployment, Artifact: p.Artifact, Config: p.Config,
				Decision: gate.Decision{Verdict: gate.Pass}, Guards: []machine.Guard{{Machine: d.Machine, Step: step}}})
		}
		_, err = w.engine.Submit(ctx, engine.To{Machine: d.Machine, Event: machine.Event{Type: deploy.EventAsked, Actor: actor, Facts: machine.Must(f)}})
		if err != nil && !fault.Is(err, fault.Refused) && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return nil
}

func (w *world) tell(to, kind string, data, facts any) {
	w.Helper()
	e := machine.Event{Type: kind, Actor: machine.Actor{Kind: "person", Name: "ada"}, Data: machine.Must(data)}
	if facts != nil {
		e.Facts = machine.Must(facts)
	}
	_, err := w.engine.Submit(w.Context(), engine.To{Machine: to, Event: e})
	w.must(err)
}

func (w *world) lane() deploy.State {
	s, _, err := engine.Load[deploy.State](w.Context(), w.engine, deploy.MachineID("restart", "dev"))
	if err != nil && !fault.Is(err, fault.NotFound) {
		w.Fatal(err)
	}
	return s
}

func (w *world) trigger() trigger.State {
	s, _, err := engine.Load[trigger.State](w.Context(), w.engine, trigger.MachineID("dev", "restart"))
	if err != nil && !fault.Is(err, fault.NotFound) {
		w.Fatal(err)
	}
	return s
}

// eventually waits until something is so; what says what is instead.
func (w *world) eventually(what string, ok func() bool) {
	w.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			rows, err := w.engine.List(w.Context(), "")
			w.Fatalf("waited in vain for %s\nlane: %s\ntrigger: %s\nall: %+v %v", what, machine.Must(w.lane()), machine.Must(w.trigger()), rows, err)
		}
	}
}

// library reads what runs refer to from the engine.
type library struct{ e *engine.Engine }

func (l library) Definition(digest string) (*workflow.Definition, error) {
	text, err := l.e.Value(context.Background(), digest)
	if err != nil {
		return nil, err
	}
	return workflow.Load(json.RawMessage(bytes.Clone(text)))
}

func (l library) Value(digest string) (any, error) {
	text, err := l.e.Value(context.Background(), digest)
	if err != nil {
		return nil, err
	}
	return jq.Decode(text)
}
