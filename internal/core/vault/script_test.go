package vault

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

var update = flag.Bool("update", false, "record what the scripts give")

// A script has comments (#), events ("> type data") and, indented below each event, what
// came of it. Each event is a minute after the one before.
func TestScripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var got string
			if strings.HasPrefix(filepath.Base(file), "key") {
				got = play(t, Keys{}, string(raw))
			} else {
				got = play(t, Secret{}, string(raw))
			}
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(raw), got); diff != "" {
				t.Errorf("(-script +now; -update records it)\n%s", diff)
			}
		})
	}
}

func play[S any](t *testing.T, m machine.Machine[S], script string) string {
	t.Helper()
	var out strings.Builder
	var state S
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	for line := range strings.Lines(script) {
		text := strings.TrimRight(line, "\n")
		if strings.HasPrefix(text, "  ") {
			continue // recorded before
		}
		out.WriteString(text + "\n")
		event, ok := strings.CutPrefix(text, "> ")
		if !ok {
			continue
		}
		name, data, _ := strings.Cut(event, " ")
		at = at.Add(time.Minute)
		before := string(machine.Must(state))
		next, err := m.Step(state, machine.Event{Type: name, At: at, Actor: machine.Actor{Kind: "person", Name: "ada"}, Data: machine.Value(data)})
		if now := string(machine.Must(state)); now != before {
			t.Fatalf("%s changed the state it was given: %s, before %s", event, now, before)
		}
		if err != nil {
			fmt.Fprintf(&out, "  refused, %s: %s\n", fault.CodeOf(err), err)
			continue
		}
		state = through[S](t, next.State)
		fmt.Fprintf(&out, "  %s\n  %s\n", machine.Must(next.State), machine.Must(m.Summary(state)))
	}
	return out.String()
}

// through gives the state as it is after a restart.
func through[S any](t *testing.T, s S) S {
	t.Helper()
	var again S
	if err := json.Unmarshal(machine.Must(s), &again); err != nil {
		t.Fatal(err)
	}
	return again
}
