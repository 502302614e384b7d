package deploy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/machine"
)

// full leads to a state in which every field has a value.
const full = `
with replicas=2 smoke=1 strategy=canary steps=20 plan=sha256:p expedite
gate shut glass=tickets.dev.1 lease=2 approvals=2
> deploy r1
> signed 1 sha256:v
> healthy 1.0
> healthy 1.1
> pass
> applied
> wait
gate open lease=2
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

// canary leads on to one that is judged, with others waiting.
const canary = `
> applied
> pass
gate open
> deploy r5 judged=fresh,internal,sticky,checks
gate shut next=30m approvals=2 supersede
> deploy r6
> deploy r7 reason=manual
> traffic 1=1/0
> healthy 6.0
> healthy 6.1
> healthy 6b.0
> healthy 6b.1
> pass
> applied
> wait
> applied
> says hold 5 3 purchase: not enough data.
> applied
`

// fullStates gives two states of the newest version: one in the middle of a rollback, one
// in the middle of a judged canary with others waiting.
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
	return []State{run(full), run(canary)}
}

// States that this version and those before wrote are read whole, and go on. A golden file is
// written once, when there is none of this version, and never again.
func TestGolden(t *testing.T) {
	t.Parallel()
	for version := 1; version <= Version; version++ {
		for _, state := range goldens(t, version) {
			got, err := Lane{}.Upgrade(version, state)
			if err != nil {
				t.Fatal(err)
			}
			var want bytes.Buffer
			if err := json.Compact(&want, state); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.String(), string(machine.Must(got))); diff != "" && version == Version {
				t.Errorf("the state is not read whole (-golden +read)\n%s", diff)
			}
			next, err := Lane{}.Step(got, machine.Event{Type: machine.Timer, At: got.Active.Timer.At, Data: machine.Must(got.Active.Timer)})
			if err != nil || next.State.Active != nil && next.State.Active.Await == got.Active.Await {
				t.Errorf("version %d does not go on: %v", version, err)
			}
		}
	}
}

func goldens(t *testing.T, version int) (states []json.RawMessage) {
	file := fmt.Sprintf("testdata/golden/v%d.json", version)
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) && version == Version {
		raw, err = json.MarshalIndent(fullStates(t), "", " ")
		if err == nil {
			err = os.WriteFile(file, append(raw, '\n'), 0o644)
		}
	}
	if err == nil {
		err = json.Unmarshal(raw, &states)
	}
	if err != nil {
		t.Fatal(err)
	}
	return states
}

// What version 1 had let in and not begun is asked for once more; its timer is still set.
func TestUpgradeAsksAgain(t *testing.T) {
	t.Parallel()
	waiting := 0
	for _, state := range goldens(t, 1) {
		old, err := Lane{}.Upgrade(1, state)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range old.Queue {
			waiting++
			if p.Gate != "" || !p.Next.Equal(p.Asked.Add(gatePatience)) {
				t.Errorf("%s: gate %q, asked again at %s", p.Deployment, p.Gate, p.Next)
			}
		}
		old.Active = nil
		for _, p := range old.Queue {
			a := machine.Alarm{Key: "gate." + p.Deployment, At: p.Next}
			if _, err := (Lane{}).Step(old, machine.Event{Type: machine.Timer, At: a.At, Data: machine.Must(a)}); err != nil {
				t.Error(err)
			}
		}
	}
	if waiting == 0 {
		t.Error("nothing waits in the golden states")
	}
}

func TestUpgradeRefuses(t *testing.T) {
	t.Parallel()
	if _, err := (Lane{}).Upgrade(Version+1, []byte(`{}`)); err == nil || !strings.Contains(err.Error(), "no state of version 4 is known") {
		t.Errorf("error %v", err)
	}
	if _, err := (Lane{}).Upgrade(Version, []byte(`{`)); err == nil {
		t.Error("half a state was read")
	}
}
