package interp

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"slipway.dev/internal/core/machine"
)

// written is a machine as the engine keeps it: its state is read and written for each step.
type written struct {
	m     Machine
	lib   *Memory
	state []byte
	wants []string
	bytes int
}

func (w *written) step(t testing.TB, e machine.Event) machine.Next[State] {
	var s State
	if len(w.state) > 0 {
		if err := json.Unmarshal(w.state, &s); err != nil {
			t.Fatal(err)
		}
	}
	n, err := w.m.Step(s, e)
	if err != nil {
		t.Fatal(err)
	}
	w.state = machine.Must(n.State)
	w.m.Desired(n.State)
	w.m.Summary(n.State)
	for _, v := range n.Values {
		w.bytes += len(v)
	}
	w.lib.Add(n.Values...)
	for i, f := range n.Effects {
		w.bytes += len(f.Input)
		w.wants = append(w.wants, machine.EffectID(MachineID("r"), n.State.Taken, i))
	}
	return n
}

// run starts a workflow and answers its calls until it has ended.
func (w *written) run(t testing.TB, start machine.Event, output Datum) machine.Next[State] {
	w.state, w.wants = nil, nil
	n := w.step(t, start)
	for n.State.Root != nil && len(w.wants) > 0 {
		id := w.wants[0]
		w.wants = w.wants[1:]
		n = w.step(t, machine.Event{Type: EffectCall + ".done", At: noon, Data: machine.Must(machine.Outcome{Effect: id, Output: machine.Must(Result{Output: output})})})
	}
	if n.State.Status != Completed {
		t.Fatalf("%s: %v", n.State.Status, n.State.Error)
	}
	return n
}

func forked(branches int, task string) string {
	var b strings.Builder
	b.WriteString("do: [{f: {fork: {branches: [")
	for i := range branches {
		fmt.Fprintf(&b, "{b%d: %s},", i, task)
	}
	b.WriteString("]}}}]\n")
	return b.String()
}

const (
	calls  = "{call: http, with: {method: get, endpoint: 'https://a.example'}, output: {as: .ok}}"
	passes = "{do: [{p: {input: {from: .}, set: '${ . }', output: {as: $input}, export: {as: $context}}}, {c: " + calls + "}]}"
)

func wide(t testing.TB, task string) (*written, machine.Event) {
	def := parsed(t, forked(100, task))
	lib := Remember(nil)
	lib.Define(def)
	payload, _ := json.Marshal(map[string]any{"list": strings.Split(strings.Repeat("sixteen bytes ..,", 160<<10/20), ",")})
	in, _ := Keep(payload)
	lib.Add(payload)
	return &written{m: Machine{Library: lib}, lib: lib}, started(def, in)
}

// A payload that goes through a fork unchanged is neither written nor hashed again for its branches.
func TestForkSharesItsPayload(t *testing.T) {
	t.Parallel()
	for task, tasks := range map[string]int{calls: 101, passes: 301} {
		w, start := wide(t, task)
		n := w.run(t, start, Datum{V: []byte(`{"ok":true}`)})
		if w.bytes > 100<<10 {
			t.Errorf("%d bytes were written besides the states, of %s", w.bytes, task)
		}
		if got := n.State.Steps; got != tasks {
			t.Errorf("%d tasks", got)
		}
	}
}

func BenchmarkFork100(b *testing.B) {
	w, start := wide(b, calls)
	for b.Loop() {
		w.run(b, start, Datum{V: []byte(`{"ok":true}`)})
	}
}

func BenchmarkFivePairs(b *testing.B) {
	var text strings.Builder
	text.WriteString("do:\n")
	for i := range 5 {
		fmt.Fprintf(&text, "- s%d: {set: {n: '${ .n + 1 }'}}\n- c%d: {call: http, with: {method: get, endpoint: 'https://a.example'}}\n", i, i)
	}
	def := parsed(b, text.String())
	lib := Remember(nil)
	lib.Define(def)
	w := &written{m: Machine{Library: lib}, lib: lib}
	start := started(def, Datum{V: []byte(`{"n":1}`)})
	for b.Loop() {
		if n := w.run(b, start, Datum{V: []byte(`{"n":1}`)}); n.State.Taken != 6 {
			b.Fatalf("%d steps", n.State.Taken)
		}
	}
}

func BenchmarkSet1000(b *testing.B) {
	def := parsed(b, "do: [{l: {for: {in: '[range(990)]'}, do: [{s: {set: {n: '${ .n + $item }'}}}]}}]")
	lib := Remember(nil)
	lib.Define(def)
	w := &written{m: Machine{Library: lib}, lib: lib}
	start := started(def, Datum{V: []byte(`{"n":1}`)})
	for b.Loop() {
		w.run(b, start, Datum{})
	}
}
