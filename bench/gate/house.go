package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"sync"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	coredeploy "slipway.dev/internal/core/deploy"
	coregate "slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/glass"
	"slipway.dev/internal/core/lease"
	"slipway.dev/internal/core/machine"
	corerelease "slipway.dev/internal/core/release"
	coretask "slipway.dev/internal/core/task"
	"slipway.dev/internal/core/train"
	"slipway.dev/internal/drive/gate"
	"slipway.dev/internal/drive/release"
	"slipway.dev/internal/drive/source"
	"slipway.dev/internal/drive/task"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/sign"
	"slipway.dev/internal/store"
	"slipway.dev/internal/target"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// house is the real engine, store, machines and gates. Only target, edge and registry are
// played: what they do is told at once.
type house struct {
	store  *store.Store
	engine *engine.Engine
	book   *gate.Book
	asker  *gate.Asker
	people access.Everybody

	mu   sync.Mutex
	told map[string]bool // instances that were said to be healthy
}

func open(ctx context.Context, path string, people access.Everybody) (*house, error) {
	st, err := store.Open(ctx, path, store.Options{Log: quiet})
	if err != nil {
		return nil, err
	}
	h := &house{store: st, engine: engine.New(st, engine.Options{Log: quiet}), people: people, told: map[string]bool{}}
	h.machines()
	return h, h.hands()
}

func (h *house) machines() {
	e := h.engine
	engine.Register(e, "source", config.SourceVersion, config.Source{})
	engine.Register(e, "resource", config.ResourceVersion, config.Resource{})
	engine.Register(e, "policy", config.PolicyVersion, config.Policy{})
	engine.Register(e, "release", corerelease.Version, corerelease.Machine{})
	engine.Register(e, "deploy", coredeploy.Version, coredeploy.Lane{})
	engine.Register(e, "deployment", coredeploy.RecordVersion, coredeploy.Record{})
	engine.Register(e, "lease", lease.Version, lease.Machine{})
	engine.Register(e, "glass", glass.Version, glass.Machine{})
	engine.Register(e, "train", train.Version, train.Machine{})
	engine.Register(e, "task", coretask.Version, coretask.Machine{})
	engine.Register(e, "access", access.BindingsVersion, access.BindingsMachine{})
}

func (h *house) hands() error {
	e := h.engine
	resolver := release.Resolver{Engine: e}
	h.book = gate.NewBook(gate.Deps{
		Governing: func(ctx context.Context) ([]config.Owned, error) { return source.Governing(ctx, e) },
		Engine:    e, Resolve: resolver.Resolve,
		Everybody: func(context.Context) (access.Everybody, error) { return h.people, nil },
		Contributors: func(context.Context, string, string, string, string) ([]coregate.Contributor, error) {
			return []coregate.Contributor{{Name: "Author", Email: "author@example.com"}}, nil
		},
	})
	h.asker = gate.NewAsker(h.book, quiet)
	e.HandleFacts("source", source.New(source.Deps{Engine: e, Log: quiet, Directory: h.directory}).Facts)
	e.HandleFacts("release", resolver.Facts)
	e.HandleFacts("deploy", h.book.Facts)
	e.HandleFacts("task", task.Driver{Directory: h.directory}.Facts)
	e.HandleDesired(coredeploy.DesiredGate, h.asker)
	e.HandleDesired(coredeploy.DesiredInstance, engine.ReconcileFunc(h.instances))
	e.HandleDesired(coredeploy.DesiredRoute, engine.ReconcileFunc(h.routes))
	e.HandleDesired(coredeploy.DesiredWatch, engine.ReconcileFunc(func(context.Context, []engine.Desired) error { return nil }))
	e.HandleEffect(corerelease.EffectImport, engine.EffectFunc(imported))
	key, err := sign.NewKey()
	e.HandleEffect(coredeploy.EffectSign, gate.Signer{Engine: e, Keys: key, By: coregate.Verifier{ID: "bench"}})
	return err
}

func (h *house) directory(context.Context) (*access.Directory, error) {
	return access.NewDirectory(h.people), nil
}

// imported plays the registry.
func imported(_ context.Context, c engine.EffectCall) (machine.Value, error) {
	sum := sha256.Sum256(c.Input)
	return machine.Must(corerelease.Artifact{Digest: "sha256:" + hex.EncodeToString(sum[:])}), nil
}

// instances plays the target: each instance that is new is healthy.
func (h *house) instances(ctx context.Context, all []engine.Desired) error {
	return h.tell(ctx, all, func(d engine.Desired) (string, any) {
		return coredeploy.EventInstance, coredeploy.Instance{ID: d.Key, State: string(target.Healthy), Address: "127.0.0.1:1"}
	})
}

// routes plays the edge: each route is applied.
func (h *house) routes(ctx context.Context, all []engine.Desired) error {
	return h.tell(ctx, all, func(d engine.Desired) (string, any) {
		var spec coredeploy.RouteSpec
		_ = json.Unmarshal(d.Spec, &spec)
		return coredeploy.EventRouted, coredeploy.Routed{Revision: spec.Revision}
	})
}

// tell submits what is seen of each thing that is desired anew, many at once.
func (h *house) tell(ctx context.Context, all []engine.Desired, seen func(engine.Desired) (event string, data any)) error {
	var wg sync.WaitGroup
	room := make(chan struct{}, 256)
	for _, d := range all {
		key := d.Machine + d.Kind + d.Key + string(d.Spec)
		h.mu.Lock()
		known := h.told[key]
		h.told[key] = true
		h.mu.Unlock()
		if known {
			continue
		}
		room <- struct{}{}
		wg.Go(func() {
			event, data := seen(d)
			// What the lane does not want to hear any more is refused, which is fine.
			_, _ = h.engine.Submit(ctx, engine.To{Machine: d.Machine, Event: machine.Event{Type: event, Actor: machine.System("bench"), Data: machine.Must(data)}})
			<-room
		})
	}
	wg.Wait()
	return nil
}
