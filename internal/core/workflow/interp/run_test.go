package interp

import (
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow"
)

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

// parsed reads a workflow without its head.
func parsed(t testing.TB, text string) *workflow.Definition {
	t.Helper()
	def, problems := workflow.Parse("w.yaml", []byte("document: {dsl: 1.0.3, namespace: test, name: w, version: 1.0.0}\n"+text))
	if problems != nil {
		t.Fatal(problems)
	}
	return def
}

func started(def *workflow.Definition, input Datum) machine.Event {
	return machine.Event{Type: EventStarted, At: noon, Actor: machine.Actor{Kind: "person", Name: "ada"}, Data: machine.Must(Start{ID: "r",
		Definition: def.Digest, Namespace: "test", Name: "w", Version: "1.0.0", Seed: "seed", Input: input})}
}

// begun starts a workflow and gives the machine, its first step, and its event.
func begun(t testing.TB, text, input string) (Machine, machine.Next[State], machine.Event) {
	t.Helper()
	def := parsed(t, text)
	lib := Remember(nil)
	lib.Define(def)
	m := Machine{Library: lib}
	e := started(def, Datum{V: []byte(input)})
	n, err := m.Step(State{}, e)
	if err != nil {
		t.Fatal(err)
	}
	return m, n, e
}

func TestSet(t *testing.T) {
	t.Parallel()
	_, n, _ := begun(t, "do:\n- a: {set: {x: '${ .n + 1 }'}}\n- b: {set: '${ {y: .x, z: $context.n} }'}\n", `{"n": 1}`)
	if n.State.Status != Completed || string(n.State.Output.V) != `{"y":2,"z":1}` {
		t.Errorf("%s", machine.Must(n.State))
	}
}

// TestAsker: with four eyes, who a run acts for asks, also if another run began it.
func TestAsker(t *testing.T) {
	t.Parallel()
	def := parsed(t, "do:\n- ask: {call: approval, with: {title: Go?, from: [ops], fourEyes: true}}\n")
	lib := Remember(nil)
	lib.Define(def)
	e := started(def, Datum{V: []byte("{}")})
	start, err := machine.Decode[Start](e)
	if err != nil {
		t.Fatal(err)
	}
	start.As = machine.Actor{Kind: "person", Name: "ada"}
	e.Data, e.Actor = machine.Must(start), machine.System("engine")
	n, err := Machine{Library: lib}.Step(State{}, e)
	if err != nil || len(n.Messages) != 1 || !strings.Contains(string(n.Messages[0].Data), `"askedBy":{"kind":"person","name":"ada"}`) {
		t.Errorf("%v, %s", err, machine.Must(n.Messages))
	}
}
