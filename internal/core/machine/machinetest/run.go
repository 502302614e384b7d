package machinetest

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/machine"
)

var update = flag.Bool("update", false, "record the outcomes in testdata anew")

// Run runs each script that the pattern names ("testdata/*.txt") as a test of its own.
func Run[S any](t *testing.T, m machine.Machine[S], pattern string) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts at %s (%v)", pattern, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			runFile(t, m, file)
		})
	}
}

func runFile[S any](t *testing.T, m machine.Machine[S], file string) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := parse(string(raw))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	got := replay(t, m, lines)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(strings.Split(string(raw), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s is not what happens (-recorded +now; -update records it anew):\n%s", file, diff)
	}
}

// replay steps the machine through a script and gives the script with its outcomes.
func replay[S any](t testing.TB, m machine.Machine[S], lines []line) string {
	out, _ := play(t, m, lines)
	return out
}

// play is replay with all states that there were on the way.
func play[S any](t testing.TB, m machine.Machine[S], lines []line) (recorded string, states []S) {
	var out strings.Builder
	var state S
	before := desired(t, m, state)
	for _, l := range lines {
		out.WriteString(l.text + "\n")
		if l.event == nil {
			continue
		}
		next, err := step(t, m, state, *l.event)
		if err != nil {
			out.WriteString("  refused: " + strings.ReplaceAll(err.Error(), "\n", "\n    ") + "\n")
			continue
		}
		after := desired(t, m, next.State)
		out.WriteString(record(m.Summary(next.State), state, before, next, after))
		state, before = next.State, after
		states = append(states, state)
	}
	return out.String(), states
}

// step steps once, and checks what every machine must hold to.
func step[S any](t testing.TB, m machine.Machine[S], state S, e machine.Event) (machine.Next[S], error) {
	t.Helper()
	given := machine.Must(state)
	next, err := m.Step(state, e)
	if !bytes.Equal(given, machine.Must(state)) {
		t.Errorf("%s: Step changed the state that it was given", e.Type)
	}
	var copied S
	if err := json.Unmarshal(given, &copied); err != nil {
		t.Fatalf("%s: the state does not decode: %v", e.Type, err)
	}
	again, errAgain := m.Step(copied, e)
	if (err == nil) != (errAgain == nil) {
		t.Fatalf("%s: Step gave error %v, and %v on the state written and read", e.Type, err, errAgain)
	}
	if err == nil && !bytes.Equal(machine.Must(next), machine.Must(again)) {
		t.Errorf("%s: Step gives something else on the same state written and read:\n%s\n%s",
			e.Type, machine.Must(next), machine.Must(again))
	}
	return next, err
}

// desired is the desired things of a state by kind and key.
func desired[S any](t testing.TB, m machine.Machine[S], state S) map[string]machine.Value {
	t.Helper()
	out := map[string]machine.Value{}
	for _, d := range m.Desired(state) {
		id := d.Kind + " " + d.Key
		if _, twice := out[id]; twice {
			t.Errorf("desires %s twice", id)
		}
		out[id] = d.Spec
	}
	return out
}
