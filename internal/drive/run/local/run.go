package local

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/notify"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/drive/run"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

// Options of a run. What is nil there is not.
type Options struct {
	Secrets map[string]string
	Answer  func(context.Context, Question) (Answer, error) // called for each task, several at once
	Print   func(run.Line)                                  // what processes print, and what the function log says; one at a time
	Caller  run.Caller
	Jobs    run.Jobs
	Network bool   // processes that ask for a network get one
	Folder  string // with the workflows that it may run; empty: none
	Log     *slog.Logger
}

// Result is how a run ended.
type Result struct {
	Status interp.Status   `json:"status"`
	Output json.RawMessage `json:"output"`
	Error  *interp.Problem `json:"error,omitempty"`
}

// me is who runs it.
var me = machine.Actor{Kind: "person", Name: "you"}

// name of the run that is asked for; those that it runs have other names.
const name = "local"

// Run runs a workflow to its end. The error says that it could not be run, or is the context's;
// how the workflow itself ended is in the Result.
func Run(ctx context.Context, def *workflow.Definition, input json.RawMessage, o Options) (Result, error) {
	if len(input) > maxInput {
		return Result{}, fault.New(fault.TooLarge, "the input has %d bytes, and may have %d", len(input), maxInput).
			WithHint("put it where the workflow can fetch the part that it needs")
	}
	if !json.Valid(input) {
		return Result{}, fault.New(fault.Invalid, "the input is not JSON")
	}
	h, err := open(ctx, o)
	if err != nil {
		return Result{}, err
	}
	defer h.close()
	return h.run(ctx, def, input)
}

// maxInput is how long an input may be, in bytes: as any other value of a run.
const maxInput = 64 << 20

// host is an engine for one run.
type host struct {
	Options
	dir    string
	store  *store.Store
	engine *engine.Engine
	driver *run.Driver
	stop   context.CancelFunc
	beside sync.WaitGroup
	failed chan error // a task that nobody can answer
}

func open(ctx context.Context, o Options) (_ *host, err error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	h := &host{Options: o, failed: make(chan error, 1)}
	if h.dir, err = os.MkdirTemp("", "slipway-run-"); err != nil {
		return nil, fault.New(fault.Unavailable, "there is no place for the run").Because(err)
	}
	if h.store, err = store.Open(ctx, filepath.Join(h.dir, "run.db"), store.Options{Log: o.Log}); err != nil {
		return nil, h.abandon(err)
	}
	h.engine = engine.New(h.store, engine.Options{Log: o.Log})
	library := run.NewLibrary(h.engine.Value)
	engine.Register(h.engine, "run", interp.Version, interp.Machine{Library: library})
	h.driver = &run.Driver{Engine: h.engine, Library: library, Caller: o.Caller, Jobs: o.Jobs, Functions: h, Workflows: h,
		Secrets: h, Logs: &run.Logs{Print: o.Print}, Network: func(string) bool { return o.Network }, Log: o.Log}
	h.driver.Handle()
	h.handleTasks()
	if err := h.engine.Start(ctx); err != nil {
		return nil, h.abandon(err)
	}
	beside, stop := context.WithCancel(context.WithoutCancel(ctx))
	h.stop = stop
	h.beside.Go(func() { h.driver.Follow(beside) })
	h.beside.Go(func() { h.answerTasks(beside) })
	return h, nil
}

func (h *host) abandon(err error) error {
	if h.store != nil {
		h.store.Close()
	}
	os.RemoveAll(h.dir)
	return err
}

// close ends what is under way and removes all that was kept.
func (h *host) close() {
	h.stop()
	h.beside.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := h.engine.Stop(ctx); err != nil {
		h.Log.Warn("the run's engine did not stop", "error", err)
	}
	h.store.Close()
	os.RemoveAll(h.dir)
}

// run starts the workflow and waits for its end.
func (h *host) run(ctx context.Context, def *workflow.Definition, input json.RawMessage) (Result, error) {
	start, err := h.start(ctx, def, input)
	if err != nil {
		return Result{}, err
	}
	id := interp.MachineID(name)
	if _, err := h.engine.Submit(ctx, engine.To{Machine: id, Event: machine.Event{Type: interp.EventStarted, Actor: me, Data: machine.Must(start)}}); err != nil {
		return Result{}, err
	}
	waiting, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case err := <-h.failed:
			cancel(err)
		case <-waiting.Done():
		}
	}()
	for position := int64(0); ; {
		if position, err = h.engine.Await(waiting, position); err != nil {
			return Result{}, context.Cause(waiting)
		}
		s, _, err := engine.Load[interp.State](ctx, h.engine, id)
		if err != nil {
			return Result{}, err
		}
		if s.Root == nil {
			return h.result(ctx, &s)
		}
	}
}

func (h *host) start(ctx context.Context, def *workflow.Definition, input json.RawMessage) (interp.Start, error) {
	digest, err := h.engine.Blobs().Put(ctx, def.Canonical)
	if err != nil {
		return interp.Start{}, err
	}
	datum, long := interp.Keep(input)
	if long {
		if _, err := h.engine.Blobs().Put(ctx, input); err != nil {
			return interp.Start{}, err
		}
	}
	var seed [16]byte
	rand.Read(seed[:])
	return interp.Start{ID: name, Definition: digest, Namespace: def.Document.Namespace, Name: def.Document.Name, Version: def.Document.Version,
		Input: datum, Seed: hex.EncodeToString(seed[:]), As: me, Trigger: "person"}, nil
}

func (h *host) result(ctx context.Context, s *interp.State) (Result, error) {
	r := Result{Status: s.Status, Output: s.Output.V, Error: s.Error}
	if s.Output.D != "" {
		v, err := h.engine.Value(ctx, s.Output.D)
		if err != nil {
			return r, fmt.Errorf("the run's output: %w", err)
		}
		r.Output = v
	}
	if len(r.Output) == 0 {
		r.Output = json.RawMessage("null")
	}
	return r, nil
}

// handleTasks makes tasks those of a server, but that who runs the workflow is in every group.
func (h *host) handleTasks() {
	engine.Register(h.engine, "task", task.Version, task.Machine{})
	h.engine.HandleFacts("task", h.taskFacts)
	h.engine.HandleEffect(notify.EffectNotice, engine.EffectFunc(notice))
}
