package run

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"slipway.dev/internal/call"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/feed"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/job"
	"slipway.dev/internal/sandbox"
	"slipway.dev/internal/store"
)

func TestMain(m *testing.M) {
	sandbox.Init()
	os.Exit(m.Run())
}

var someone = machine.Actor{Kind: "person", Name: "ada"}

// world is an engine with runs on it, as a server has it.
type world struct {
	t       testing.TB
	path    string
	store   *store.Store
	engine  *engine.Engine
	driver  *Driver
	started int
	stop    func()
}

// newWorld starts an engine on a new store; set may change the driver.
func newWorld(t testing.TB, set func(*Driver)) *world {
	t.Helper()
	w := &world{t: t, path: filepath.Join(t.TempDir(), "s.db")}
	w.start(set, engine.Options{})
	return w
}

func (w *world) start(set func(*Driver), o engine.Options) {
	w.t.Helper()
	o.Log = slog.New(slog.NewTextHandler(w.t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	s, err := store.Open(w.t.Context(), w.path, store.Options{Log: o.Log})
	if err != nil {
		w.t.Fatal(err)
	}
	w.store, w.engine = s, engine.New(s, o)
	library := NewLibrary(w.engine.Value)
	engine.Register(w.engine, "run", interp.Version, interp.Machine{Library: library})
	engine.Register(w.engine, "stub", 1, stub{})
	w.driver = &Driver{Engine: w.engine, Library: library, Log: o.Log, Jobs: &job.Hand{Dir: w.t.TempDir()},
		Caller: call.New(call.Options{Private: true}), Logs: &Logs{Dir: w.t.TempDir()}}
	if set != nil {
		set(w.driver)
	}
	w.driver.Handle()
	if err := w.engine.Start(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var beside sync.WaitGroup
	beside.Go(func() { w.driver.Follow(ctx) })
	beside.Go(func() { w.driver.Feed(ctx) })
	w.stop = sync.OnceFunc(func() {
		cancel()
		if err := w.engine.Stop(context.Background()); err != nil {
			w.t.Error(err)
		}
		beside.Wait()
		s.Close()
	})
	w.t.Cleanup(w.stop)
	eventually(w.t, "the feed to begin", func() bool {
		_, _, err := engine.Load[feed.State](ctx, w.engine, feed.ID)
		return err == nil
	})
}

// define keeps a workflow and gives its digest. The head of the document is added.
func (w *world) define(source string) (*workflow.Definition, string) {
	w.t.Helper()
	def, problems := workflow.Parse("test.yaml", []byte("document: {dsl: '1.0.3', namespace: test, name: test, version: '1.0.0'}\n"+source))
	if def == nil {
		w.t.Fatal(problems)
	}
	digest, err := w.engine.Blobs().Put(w.t.Context(), def.Canonical)
	if err != nil || digest != def.Digest {
		w.t.Fatalf("%s %s: %v", digest, def.Digest, err)
	}
	return def, digest
}

// begin starts a run and gives its identity.
func (w *world) begin(source string, input any) string {
	w.t.Helper()
	_, digest := w.define(source)
	w.started++
	id := "test." + string(rune('a'+w.started-1))
	start := interp.Start{ID: id, Definition: digest, Namespace: "test", Name: "test", Version: "1.0.0", Environment: "dev", Seed: "seed-of-" + id,
		As: someone, Trigger: "person", Input: interp.Datum{V: machine.Must(input)}}
	w.submit(engine.To{Machine: interp.MachineID(id), Event: machine.Event{Type: interp.EventStarted, Actor: someone, Data: machine.Must(start)}})
	return id
}

func (w *world) submit(to ...engine.To) {
	w.t.Helper()
	if _, err := w.engine.Submit(w.t.Context(), to...); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) state(id string) interp.State {
	w.t.Helper()
	s, _, err := engine.Load[interp.State](w.t.Context(), w.engine, interp.MachineID(id))
	if err != nil && !fault.Is(err, fault.NotFound) {
		w.t.Fatal(err)
	}
	return s
}

// end waits for a run's end.
func (w *world) end(id string) interp.State {
	w.t.Helper()
	var s interp.State
	eventually(w.t, "the end of "+id, func() bool {
		s = w.state(id)
		return s.ID != "" && s.Root == nil
	})
	return s
}

// output runs a workflow, which must complete, and gives its output as JSON.
func (w *world) output(source string, input any) string {
	w.t.Helper()
	s := w.end(w.begin(source, input))
	if s.Status != interp.Completed {
		w.t.Fatalf("it is %s: %v", s.Status, s.Error)
	}
	return w.text(s.Output)
}

func (w *world) text(d interp.Datum) string {
	w.t.Helper()
	v, err := w.driver.Library.value(d)
	if err != nil {
		w.t.Fatal(err)
	}
	b, err := json.Marshal(v)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b)
}

// problem runs a workflow, which must fault, and gives its error.
func (w *world) problem(source string, input any) *interp.Problem {
	w.t.Helper()
	s := w.end(w.begin(source, input))
	if s.Status != interp.Faulted || s.Error == nil {
		w.t.Fatalf("it is %s with the output %s", s.Status, s.Output.V)
	}
	return s.Error
}

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// stub is a machine that desires what its event says, for tests of listeners.
type stub struct{}

type stubState struct {
	Listen []interp.Listening `json:"listen,omitempty"`
	Heard  []interp.Heard     `json:"heard,omitempty"`
	Refuse bool               `json:"refuse,omitempty"`
}

func (stub) Step(s stubState, e machine.Event) (machine.Next[stubState], error) {
	if e.Type == "stub.set" {
		next, err := machine.Decode[stubState](e)
		next.Heard = s.Heard
		return machine.Next[stubState]{State: next}, err
	}
	if s.Refuse {
		return machine.Next[stubState]{}, fault.New(fault.Refused, "it does not want to")
	}
	h, err := machine.Decode[interp.Heard](e)
	s.Heard = append(s.Heard, h)
	return machine.Next[stubState]{State: s}, err
}

func (stub) Desired(s stubState) (list []machine.Desired) {
	for _, l := range s.Listen {
		list = append(list, machine.Desired{Kind: interp.DesiredListen, Key: l.Key, Spec: machine.Must(l)})
	}
	return list
}
func (stub) Summary(stubState) machine.Summary            { return machine.Summary{Status: "there"} }
func (stub) Upgrade(int, []byte) (s stubState, err error) { return s, nil }
