package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

// toy is a machine that does what its events say, so that tests can script it.
type toy struct{}

type toyState struct {
	Log     []string          `json:"log,omitempty"`
	Seen    map[string]int    `json:"seen,omitempty"`
	Desired []machine.Desired `json:"desired,omitempty"`
	Keeps   []string          `json:"keeps,omitempty"`
}

// order is the data of a "do" event.
type order struct {
	Note     string            `json:"note,omitempty"`
	Refuse   string            `json:"refuse,omitempty"`
	Panic    bool              `json:"panic,omitempty"`
	Effects  []machine.Effect  `json:"effects,omitempty"`
	Messages []machine.Message `json:"messages,omitempty"`
	Guards   []machine.Guard   `json:"guards,omitempty"`
	Desired  []machine.Desired `json:"desired"` // null: as before
	Keeps    []string          `json:"keeps,omitempty"`
}

func (toy) Step(s toyState, ev machine.Event) (machine.Next[toyState], error) {
	var next machine.Next[toyState]
	if s.Seen == nil {
		s.Seen = map[string]int{}
	}
	s.Seen[ev.Type]++ // in place, even if it is refused below: the engine must not care
	if ev.Type != "do" {
		s.Log = append(s.Log, ev.Type+" "+string(ev.Data))
		next.State = s
		return next, nil
	}
	o, err := machine.Decode[order](ev)
	switch {
	case err != nil:
		return next, err
	case o.Panic:
		panic("as ordered")
	case o.Refuse != "":
		return next, errors.New(o.Refuse)
	}
	s.Log = append(s.Log, o.Note)
	if o.Desired != nil {
		s.Desired = o.Desired
	}
	s.Keeps = o.Keeps
	return machine.Next[toyState]{State: s, Effects: o.Effects, Messages: o.Messages, Guards: o.Guards}, nil
}

func (toy) Desired(s toyState) []machine.Desired { return s.Desired }
func (toy) Summary(s toyState) machine.Summary {
	return machine.Summary{Status: fmt.Sprintf("%d", len(s.Log)), Keeps: s.Keeps}
}
func (toy) Upgrade(from int, raw []byte) (toyState, error) {
	return toyState{Log: []string{fmt.Sprintf("upgraded from %d", from)}}, nil
}

var someone = machine.Actor{Kind: "person", Name: "ann"}

func do(id string, o order) engine.To {
	return engine.To{Machine: id, Event: machine.Event{Type: "do", Actor: someone, Data: machine.Must(o)}}
}

// open opens a store in a folder of the test.
func open(t *testing.T, address string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), address, store.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// start starts an engine with the toy machine; set registers more before.
func start(t *testing.T, s *store.Store, o engine.Options, set func(*engine.Engine)) *engine.Engine {
	t.Helper()
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	e := engine.New(s, o)
	engine.Register(e, "toy", 1, toy{})
	if set != nil {
		set(e)
	}
	if err := e.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, e) })
	return e
}

func stop(t *testing.T, e *engine.Engine) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := e.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func submit(t *testing.T, e *engine.Engine, to ...engine.To) engine.Receipt {
	t.Helper()
	r, err := e.Submit(t.Context(), to...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func load(t *testing.T, e *engine.Engine, id string) (toyState, int64) {
	t.Helper()
	s, step, err := engine.Load[toyState](t.Context(), e, id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		t.Fatal(err)
	}
	return s, step
}

// until polls for a condition, and fails after a generous time.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not after 30 s", what)
		}
	}
}

func TestSubmitIsDurableAndReadable(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s.db")
	s := open(t, path)
	e := start(t, s, engine.Options{}, nil)
	r := submit(t, e, do("toy/a", order{Note: "one"}), do("toy/b", order{Note: "two"}), do("toy/a", order{Note: "three"}))
	if r.Position != 3 || fmt.Sprint(r.Steps) != "[1 1 2]" {
		t.Errorf("receipt %+v", r)
	}
	stop(t, e)
	s.Close()

	e = start(t, open(t, path), engine.Options{}, nil)
	a, step := load(t, e, "toy/a")
	if step != 2 || fmt.Sprint(a.Log) != "[one three]" {
		t.Errorf("after a restart: step %d, %v", step, a.Log)
	}
	list, err := e.Journal(t.Context(), 1, store.JournalFilter{Prefix: "toy/a"})
	if err != nil || len(list) != 1 || list[0].Step != 2 || list[0].Actor != someone {
		t.Errorf("journal: %v, %+v", err, list)
	}
	var o order
	if json.Unmarshal(list[0].Data, &o); o.Note != "three" {
		t.Errorf("data %s", list[0].Data)
	}
	rows, err := e.List(t.Context(), "toy/")
	if err != nil || len(rows) != 2 || rows[0].ID != "toy/a" || rows[0].Status != "2" {
		t.Errorf("list: %v, %+v", err, rows)
	}
}
