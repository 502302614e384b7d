package alert

import (
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/machine/machinetest"
	"slipway.dev/internal/core/task"
)

func TestScripts(t *testing.T) { machinetest.Run(t, Machine{}, "testdata/*.txt") }

func TestGolden(t *testing.T) {
	t.Parallel()
	machinetest.Golden(t, Machine{}, Version, 1, "testdata/[pt]*.txt", "testdata/golden/v1.jsonl")
}

func TestUpgradeRefuses(t *testing.T) {
	t.Parallel()
	if _, err := (Machine{}).Upgrade(Version+1, []byte(`{}`)); err == nil {
		t.Error("a newer state was read")
	}
}

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

// TestTask: whatever an alert says, its task can be opened.
func TestTask(t *testing.T) {
	t.Parallel()
	var steps []task.Step
	for range 20 {
		var tell []string
		for i := range 20 {
			tell = append(tell, "onCall:team"+strings.Repeat("x", len(steps))+string(rune('a'+i)))
		}
		steps = append(steps, task.Step{Tell: tell})
	}
	for name, f := range map[string]Fired{
		"page":      {Severity: Page, Team: "t", Steps: steps, Repeat: 5, Title: strings.Repeat("é", 400), Text: strings.Repeat("\xff", 9000)},
		"ticket":    {Severity: Ticket, Team: "t", Steps: steps},
		"no team":   {Severity: Page, Steps: steps[:1]},
		"no way":    {Severity: Page, Team: "t"},
		"no ticket": {Severity: Ticket},
	} {
		f.Number, f.Flow, f.Environment, f.Objective = 1, strings.Repeat("f", 63), strings.Repeat("e", 63), "availability"
		next, err := Machine{}.Step(State{}, machine.Event{Type: EventFired, At: noon, Data: machine.Must(f)})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		opened, err := task.Machine{}.Step(task.State{}, machine.Event{Type: next.Messages[0].Type, At: noon, Data: next.Messages[0].Data})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if (f.Severity == Page) != (len(opened.State.Escalation) > 0) {
			t.Errorf("%s: it goes up %d steps", name, len(opened.State.Escalation))
		}
	}
}

func FuzzStep(f *testing.F) {
	f.Add(EventFired, []byte(`{"number":1,"flow":"f","environment":"e","objective":"o","severity":"page","team":"t"}`))
	f.Add(EventResolved, []byte(`{"reason":"x"}`))
	f.Add(EventAcknowledged, []byte(`{"task":"alert.e.f.1","given":[{"person":"p"}]}`))
	f.Add(machine.Timer, []byte(`{"key":"retry"}`))
	states := []State{{}, {Fired: Fired{Number: 1, Flow: "f", Environment: "e", Severity: Page}, Status: Firing, Task: "alert.e.f.1", Retry: noon},
		{Fired: Fired{Number: 1, Flow: "f", Environment: "e", Severity: Page}, Status: Acknowledged, By: "p", Task: "alert.e.f.1"}, {Status: Done}}
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		for _, s := range states {
			next, err := Machine{}.Step(s, machine.Event{Type: kind, Data: data, At: noon})
			if err != nil && fault.CodeOf(err) == fault.Internal {
				t.Error(err)
			}
			if err == nil && s.Status == Done && next.State.Status != Done {
				t.Error("what was over goes on")
			}
		}
	})
}
