package deploy

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/machine"
)

// full leads to a state in which every field of version 1 has a value.
const full = `
gate shut
with replicas=2 smoke=1 strategy=canary steps=20
> deploy r1
gate open
> wait gate
> healthy 1.0
> healthy 1.1
> pass
> applied
> wait
> deploy r2 migration=irreversible
> healthy 2.0
> healthy 2.1
> pass
> applied
> wait
> applied
> wait
> deploy r3
> healthy 3.0
> healthy 3.1
> pass
> traffic 2=100/1
> rollback
> applied
> pass
> deploy r4
> healthy 4.0
> healthy 4.1
> pass
> rollback r1 force
> traffic 1=1/0
`

// fullStates gives two states of the newest version: one in the middle of a rollback, one
// in the middle of a canary with others waiting.
func fullStates(t testing.TB) []State {
	s := &story{witness: newWitness(), now: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)}
	run := func(script string) State {
		for line := range strings.Lines(script) {
			if _, err := s.line(strings.TrimSpace(line)); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
		}
		return s.state
	}
	return []State{run(full), run("> applied\n> pass\n> deploy r5\n> deploy r6\n> deploy r7 reason=manual\n> traffic 1=1/0\n> healthy 6.0\n> healthy 6.1\n")}
}

// A state that version 1 wrote is read whole, and goes on. The golden file is written once,
// when there is none, and never again.
func TestGolden(t *testing.T) {
	t.Parallel()
	const file = "testdata/golden/v1.json"
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		raw, err = json.MarshalIndent(fullStates(t), "", " ")
		if err == nil {
			err = os.WriteFile(file, append(raw, '\n'), 0o644)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	var golden []json.RawMessage
	if err := json.Unmarshal(raw, &golden); err != nil {
		t.Fatal(err)
	}
	for _, state := range golden {
		got, err := Lane{}.Upgrade(1, state)
		if err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		if err := json.Compact(&want, state); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.String(), string(machine.Must(got))); diff != "" {
			t.Errorf("the state is not read whole (-golden +read)\n%s", diff)
		}
		next, err := Lane{}.Step(got, machine.Event{Type: machine.Timer, At: got.Active.Timer.At, Data: machine.Must(got.Active.Timer)})
		if err != nil || next.State.Active != nil && next.State.Active.Await == got.Active.Await {
			t.Errorf("it does not go on: %v", err)
		}
	}
}

func TestUpgradeRefuses(t *testing.T) {
	t.Parallel()
	if _, err := (Lane{}).Upgrade(Version+1, []byte(`{}`)); err == nil || !strings.Contains(err.Error(), "no state of version 2 is known") {
		t.Errorf("error %v", err)
	}
	if _, err := (Lane{}).Upgrade(Version, []byte(`{`)); err == nil {
		t.Error("half a state was read")
	}
}
