package interp

import (
	"testing"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow"
)

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

func begin(t testing.TB, text, input string) (Machine, machine.Next[State]) {
	t.Helper()
	def, problems := workflow.Parse("w.yaml", []byte("document: {dsl: 1.0.3, namespace: test, name: w, version: 1.0.0}\n"+text))
	if problems != nil {
		t.Fatal(problems)
	}
	lib := Remember(nil)
	lib.Define(def)
	m := Machine{Library: lib}
	n, err := m.Step(State{}, machine.Event{Type: EventStarted, At: noon, Actor: machine.System("test"),
		Data: machine.Must(Start{ID: "r", Definition: def.Digest, Namespace: "test", Name: "w", Version: "1.0.0", Seed: "seed", Input: Datum{V: []byte(input)}})})
	if err != nil {
		t.Fatal(err)
	}
	return m, n
}

func TestSet(t *testing.T) {
	t.Parallel()
	_, n := begin(t, `do:
- a: {set: {x: "${ .n + 1 }"}}
- b: {set: "${ {y: .x, z: $context.n} }"}
`, `{"n": 1}`)
	if n.State.Status != Completed || string(n.State.Output.V) != `{"y":2,"z":1}` {
		t.Errorf("%+v", string(machine.Must(n.State)))
	}
}
