package simulate_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/core/workflow/simulate"
)

// author writes workflows at random.
type author struct {
	*rand.Rand
	names int
	races bool // what ends first matters: another order may give something else
}

func (a *author) name() string { a.names++; return fmt.Sprintf("t%d", a.names) }

func (a *author) list(depth int) []any {
	var out []any
	for range 1 + a.IntN(3) {
		out = append(out, map[string]any{a.name(): a.task(depth)})
	}
	return out
}

func (a *author) task(depth int) map[string]any {
	kinds := 6
	if depth > 0 {
		kinds = 11
	}
	t := map[string]any{}
	switch a.IntN(kinds) {
	case 0, 1:
		t["set"] = fmt.Sprintf("${ {n: ((.n? // 0) + %d)} }", a.IntN(9))
	case 2, 3:
		t["call"], t["with"] = "http", map[string]any{"method": "get", "endpoint": "https://a.example"}
	case 4:
		t["wait"] = fmt.Sprintf("PT%dS", a.IntN(3))
	case 5:
		t["emit"] = map[string]any{"event": map[string]any{"with": map[string]any{"type": "t", "data": "${ . }"}}}
		t["output"] = map[string]any{"as": "{id: .id, n: 1}"}
	case 6:
		t["do"] = a.list(depth - 1)
	case 7:
		t["for"], t["do"] = map[string]any{"in": fmt.Sprintf("[range(%d)]", a.IntN(4))}, a.list(depth-1)
	case 8:
		a.fork(t, depth)
	case 9, 10:
		a.try(t, depth)
	}
	if a.IntN(5) == 0 {
		t["export"] = map[string]any{"as": "{seen: .}"}
		a.races = true // two branches may export
	}
	if a.IntN(8) == 0 {
		t["if"] = "(.n? // 0) % 2 == 0"
	}
	if a.IntN(12) == 0 {
		t["then"] = "exit"
	}
	if a.IntN(12) == 0 {
		t["timeout"], a.races = map[string]any{"after": "PT2S"}, true
	}
	return t
}

func (a *author) fork(t map[string]any, depth int) {
	var branches []any
	for range 1 + a.IntN(3) {
		branches = append(branches, map[string]any{a.name(): a.task(depth - 1)})
	}
	compete := a.IntN(3) == 0
	a.races = a.races || compete
	t["fork"] = map[string]any{"branches": branches, "compete": compete}
}

func (a *author) try(t map[string]any, depth int) {
	tasks := a.list(depth - 1)
	if a.IntN(2) == 0 {
		tasks = append(tasks, map[string]any{a.name(): map[string]any{"raise": map[string]any{"error": map[string]any{"type": "https://e.example", "status": 400 + a.IntN(2)}}}})
		a.races = true // it may end what is beside it
	}
	t["try"] = tasks
	catch := map[string]any{"errors": map[string]any{"with": map[string]any{"status": 400}}}
	if a.IntN(2) == 0 {
		catch["retry"] = map[string]any{"delay": fmt.Sprintf("PT%dS", a.IntN(3)), "limit": map[string]any{"attempt": map[string]any{"count": a.IntN(2) + 1}}}
	}
	if a.IntN(2) == 0 {
		catch["do"] = a.list(depth - 1)
	}
	t["catch"] = catch
}

// TestModel runs workflows that nobody wrote. A restart between any two steps changes nothing
// at all; neither does the order of outcomes that have nothing to do with each other.
func TestModel(t *testing.T) {
	t.Parallel()
	ends, compared := map[interp.Status]int{}, 0
	for seed := range uint64(400) {
		a := &author{Rand: rand.New(rand.NewPCG(seed, 1))}
		written := map[string]any{"document": map[string]any{"dsl": "1.0.3", "namespace": "test", "name": "random", "version": "1.0.0"}, "do": a.list(3)}
		def, err := simulate.Definition(written)
		if err != nil {
			t.Fatalf("%d: %v\n%s", seed, err, machine.Must(written))
		}
		run := func(o simulate.Options) simulate.Outcome {
			o.Most = 20_000
			o.Stubs = []simulate.Stub{
				{Call: "http", Times: a.names % 3, Output: map[string]any{"n": 5}, Delay: time.Second},
				{Call: "http", Output: map[string]any{"n": 5}},
			}
			out, err := simulate.Run(def, map[string]any{"n": 1}, o)
			if err != nil {
				t.Fatalf("%d: %v\n%s", seed, err, machine.Must(written))
			}
			return out
		}
		plain := run(simulate.Options{})
		ends[plain.Status]++
		again := run(simulate.Options{Restart: true})
		if string(machine.Must(plain.State)) != string(machine.Must(again.State)) || !reflect.DeepEqual(plain.Path, again.Path) {
			t.Fatalf("%d: a restart changes it\n%s\n%s\n%s", seed, machine.Must(written), machine.Must(plain.State), machine.Must(again.State))
		}
		if a.races {
			continue
		}
		compared++
		other := run(simulate.Options{Restart: true, Reverse: true})
		if plain.Status != other.Status || !reflect.DeepEqual(plain.Output, other.Output) {
			t.Fatalf("%d: another order changes it\n%s\n%v\n%v", seed, machine.Must(written), plain.Output, other.Output)
		}
	}
	if ends[interp.Completed] < 100 || ends[interp.Faulted] < 10 || compared < 50 {
		t.Errorf("the workflows are too much alike: %v, %d compared", ends, compared)
	}
}

// FuzzEvents gives a run whatever anybody could send: it is taken or refused, and the state
// can be written and read.
func FuzzEvents(f *testing.F) {
	for _, kind := range []string{interp.EventEvent, interp.EventAnswered, interp.EventChild, interp.EventCancelled, interp.EventSuspended, interp.EventContinued,
		interp.EventResumed, interp.EventSettled, machine.Timer, "message.refused", "run.call.done", "run.call.failed", "run.call.unknown", interp.EventStarted} {
		f.Add(kind, []byte(`{"effect":"run/r#1.0","output":{"output":{"v":[1]}},"key":"/do/0/f/fork/branches/1/l","event":{"v":{"type":"a"}},"task":"r.1","outcome":"approved","frame":"/do/0/f/fork/branches/0/c","decision":"done"}`), int64(1))
		f.Add(kind, []byte(`{"key":"wake /do/0/f/fork/branches/3/w","at":"2026-01-05T09:00:05Z","to":"task/r.1","type":"task.opened","state":{"id":"r","root":{"pointer":"/do"}},"output":{"problem":{"status":1}}}`), int64(5))
	}
	def, err := simulate.Definition(map[string]any{"document": map[string]any{"dsl": "1.0.3", "namespace": "t", "name": "t", "version": "1.0.0"}, "do": []any{
		map[string]any{"f": map[string]any{"fork": map[string]any{"branches": []any{
			map[string]any{"c": map[string]any{"call": "http", "with": map[string]any{"method": "post", "endpoint": "https://a.example"}}},
			map[string]any{"l": map[string]any{"listen": map[string]any{"to": map[string]any{"any": []any{}, "until": "length > 1"}}, "foreach": map[string]any{"do": []any{map[string]any{"v": map[string]any{"wait": "PT1S"}}}}}},
			map[string]any{"a": map[string]any{"call": "approval", "with": map[string]any{"title": "T", "from": []any{"x"}}}},
			map[string]any{"w": map[string]any{"wait": "PT5S"}},
		}}}}}})
	if err != nil {
		f.Fatal(err)
	}
	lib := interp.Remember(nil)
	lib.Define(def)
	m := interp.Machine{Library: lib}
	noon := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	first, err := m.Step(interp.State{}, machine.Event{Type: interp.EventStarted, At: noon, Data: machine.Must(interp.Start{ID: "r", Seed: "s", Definition: def.Digest})})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, kind string, data []byte, after int64) {
		s := first.State
		before := string(machine.Must(s))
		for i := range 3 {
			n, err := m.Step(s, machine.Event{Type: kind, At: noon.Add(time.Duration(after%1e6) * time.Second * time.Duration(i)), Data: data})
			if string(machine.Must(first.State)) != before {
				t.Fatal("the state that it was given has changed")
			}
			if err != nil {
				return
			}
			m.Desired(n.State)
			m.Summary(n.State)
			s = n.State
			if n.State.Root != nil && n.State.Status == interp.Completed {
				t.Error("completed, and goes on")
			}
		}
	})
}
