package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/notify"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/drive/run"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

// house is an engine with runs and tasks, wired as a server wires it.
type house struct {
	store   *store.Store
	engine  *engine.Engine
	beside  context.CancelFunc
	group   sync.WaitGroup
	ended   sync.Map // run -> chan struct{}
	numbers atomic.Int64
}

var someone = machine.Actor{Kind: "person", Name: "bench"}

// answers answers calls in process.
type answers struct{}

func (answers) Call(context.Context, interp.FunctionInput, string, any) (any, *interp.Problem) {
	return map[string]any{"value": 42, "rows": []any{}}, nil
}

func open(ctx context.Context, path string) (*house, error) {
	s, err := store.Open(ctx, path, store.Options{Log: quiet})
	if err != nil {
		return nil, err
	}
	h := &house{store: s, engine: engine.New(s, engine.Options{Log: quiet, EffectsPerKind: 2048})}
	library := run.NewLibrary(h.engine.Value)
	engine.Register(h.engine, "run", interp.Version, interp.Machine{Library: library})
	engine.Register(h.engine, "task", task.Version, task.Machine{})
	h.engine.HandleEffect(notify.EffectNotice, engine.EffectFunc(func(context.Context, engine.EffectCall) (machine.Value, error) { return nil, nil }))
	d := &run.Driver{Engine: h.engine, Library: library, Functions: answers{}, Log: quiet}
	d.Handle()
	if err := h.engine.Start(ctx); err != nil {
		s.Close()
		return nil, err
	}
	beside, cancel := context.WithCancel(ctx)
	h.beside = cancel
	h.group.Go(func() { d.Follow(beside) })
	h.group.Go(func() { d.Feed(beside) })
	h.group.Go(func() { h.follow(beside) })
	return h, nil
}

func (h *house) close() {
	h.beside()
	_ = h.engine.Stop(context.Background())
	h.group.Wait()
	h.store.Close()
}

// define keeps a workflow and gives its digest.
func (h *house) define(ctx context.Context, source string) (string, error) {
	def, problems := workflow.Parse("bench.yaml", []byte("document: {dsl: '1.0.3', namespace: bench, name: bench, version: '1.0.0'}\n"+source))
	if def == nil {
		return "", problems
	}
	return h.engine.Blobs().Put(ctx, def.Canonical)
}

// start begins a run under a name.
func (h *house) start(ctx context.Context, id, digest string, input interp.Datum) error {
	start := interp.Start{ID: id, Definition: digest, Namespace: "bench", Name: "bench", Version: "1.0.0", Environment: "dev",
		Input: input, Seed: id, As: someone, Trigger: "person"}
	_, err := h.engine.Submit(ctx, engine.To{Machine: interp.MachineID(id), Event: machine.Event{Type: interp.EventStarted, Actor: someone, Data: machine.Must(start)}})
	return err
}

func (h *house) name() string { return fmt.Sprintf("bench.%d", h.numbers.Add(1)) }

// waiter waits for a run to end, which is at a step that is known.
type waiter struct {
	lastStep int64
	done     chan struct{}
}

// follow tells those who wait that their run's last step is durable.
func (h *house) follow(ctx context.Context) {
	for entry, err := range h.engine.Watch(ctx, 0) {
		if err != nil {
			return
		}
		if w, ok := h.ended.Load(entry.Machine); ok && w.(waiter).lastStep == entry.Step {
			h.ended.Delete(entry.Machine)
			close(w.(waiter).done)
		}
	}
}

// whole runs a workflow to its end, which its last step is.
func (h *house) whole(ctx context.Context, digest string, input interp.Datum, lastStep int64) (string, error) {
	w := waiter{lastStep, make(chan struct{})}
	id := h.name()
	h.ended.Store(interp.MachineID(id), w)
	if err := h.start(ctx, id, digest, input); err != nil {
		return "", err
	}
	select {
	case <-w.done:
		return id, nil
	case <-time.After(time.Minute):
		return "", fmt.Errorf("the run %s did not end in a minute", id)
	}
}

// check holds a run to what it should have given.
func (h *house) check(ctx context.Context, id, want string) error {
	s, _, err := engine.Load[interp.State](ctx, h.engine, interp.MachineID(id))
	if err != nil {
		return err
	}
	if got, _ := json.Marshal(s.Output); s.Status != interp.Completed || string(s.Output.V) != want {
		return fmt.Errorf("the run %s is %s with %s: %v", id, s.Status, got, s.Error)
	}
	return nil
}
