package glass

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/machine/machinetest"
	"slipway.dev/internal/core/task"
)

func TestScripts(t *testing.T) { machinetest.Run(t, Machine{}, "testdata/*.txt") }

func TestGolden(t *testing.T) {
	t.Parallel()
	machinetest.Golden(t, Machine{}, Version, 1, "testdata/[gs]*.txt", "testdata/golden/v1.jsonl")
}

func TestIDs(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		ID(Target{Service: "tickets", Environment: "prod"}, 3): MachineID(Target{Service: "tickets", Environment: "prod"}),
		ID(Target{System: "orders-db"}, 12):                    MachineID(Target{System: "orders-db"}),
		"tickets.prod":                                         "", "tickets": "", "": "", ".3": "", "tickets.prod.x": "",
	} {
		if got := MachineOf(id); got != want {
			t.Errorf("MachineOf(%q) = %q, want %q", id, got, want)
		}
	}
}

// human is who is behind an account: ada has two.
var human = map[string]string{"ada": "ada", "ada2": "ada", "bob": "bob", "carol": "carol"}

func same(person string) []string {
	var out []string
	for account, h := range human {
		if account != person && h == human[person] {
			out = append(out, account)
		}
	}
	return out
}

// Whatever people do, in whatever order: a glass opens only by two humans, or by one where
// the policy says so; it is used only while it is open; and none is asked for before the one
// before was reviewed by a third.
func TestRandom(t *testing.T) {
	t.Parallel()
	opened, reviewed := 0, 0
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 7))
		now := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
		var s State
		for range 40 {
			now = now.Add(time.Duration(r.IntN(40)) * time.Minute)
			e := anything(r, s, now)
			next, err := Machine{}.Step(s, e)
			if err != nil {
				if fault.CodeOf(err) == fault.Internal {
					t.Fatal(err)
				}
				continue
			}
			if wrong := wrongWith(s, next.State, e); wrong != "" {
				t.Fatalf("seed %d: %s\nafter %s %s %s\non %s", seed, wrong, e.Type, e.Data, e.Facts, machine.Must(s))
			}
			if s.Status != Open && next.State.Status == Open {
				opened++
			}
			if s.Status != Reviewed && next.State.Status == Reviewed {
				reviewed++
			}
			s = next.State
		}
	}
	if opened < 1000 || reviewed < 300 {
		t.Errorf("only %d were opened and %d reviewed: this tries nothing", opened, reviewed)
	}
}

func anything(r *rand.Rand, s State, now time.Time) machine.Event {
	people := []string{"ada", "ada2", "bob", "carol"}
	person := people[r.IntN(len(people))]
	facts := machine.Must(Facts{Person: person, Same: same(person)})
	e := machine.Event{Actor: machine.Actor{Kind: "person", Name: person}, At: now, Facts: facts}
	switch n := r.IntN(12); {
	case n < 3:
		policy := gate.Glass{Criteria: []string{"outage", "alone"}, Exempt: []string{"alone"}, Window: time.Hour, Review: 2 * time.Hour}
		e.Type, e.Data = EventRequested, machine.Must(Request{Target: Target{Service: "s", Environment: "e"}, Reason: "x", Policy: policy, Criterion: policy.Criteria[r.IntN(2)]})
	case n < 5:
		e.Type = EventConfirmed
	case n < 6:
		e.Type, e.Data = EventClosed, machine.Must(Close{})
	case n < 8:
		e.Type, e.Data = EventUsed, machine.Must(Use{Glass: ID(s.Target, s.Number-int64(r.IntN(2))), Deployment: "d"})
	case n < 10:
		e.Type, e.Data = EventReviewed, machine.Must(task.Ended{Task: s.Task, Outcome: []task.Status{task.Approved, task.Rejected, task.Expired}[r.IntN(3)],
			Given: []task.Given{{Person: person}}})
	default:
		e.Type, e.Facts = machine.Timer, nil
		if wants := (Machine{}).Desired(s); len(wants) > 0 {
			e.Data = wants[r.IntN(len(wants))].Spec
			var a machine.Alarm
			if err := json.Unmarshal(e.Data, &a); err == nil && a.At.After(now) && r.IntN(2) == 0 {
				e.At = a.At
			}
		}
	}
	return e
}

func wrongWith(before, after State, e machine.Event) string {
	switch {
	case after.Number != before.Number && before.Blocks():
		return "another was asked for before the one before was done with"
	case after.Status == Open && before.Status != Open && after.Confirmed == "" && after.Criterion != "alone":
		return "it opened by one person"
	case after.Confirmed != "" && human[after.Confirmed] == human[after.By]:
		return "it was confirmed by who asked for it"
	case len(after.Used) > len(before.Used) && (before.Status != Open || !e.At.Before(before.Until)):
		return "it was used when it was not open"
	case before.Status == Open && after.Status != Open && after.Status != Review:
		return fmt.Sprintf("it was open and then %s", after.Status)
	case after.Status == Reviewed && slices.Contains([]string{human[after.By], human[after.Confirmed]}, human[after.Reviewer]):
		return "it was reviewed by who broke it"
	case after.Blocks() && len((Machine{}).Desired(after)) == 0 && !after.Overdue:
		return "it waits for nothing"
	}
	return ""
}

func FuzzStep(f *testing.F) {
	f.Add(EventRequested, []byte(`{"system":"db","criterion":"x","reason":"y","policy":{"criteria":["x"],"window":1,"review":1}}`), []byte(`{"person":"ada"}`))
	f.Add(EventUsed, []byte(`{"glass":"s.e.1"}`), []byte(`{}`))
	f.Add(EventReviewed, []byte(`{"task":"glass.s.e.1","outcome":"approved","given":[{"person":"eve"}]}`), []byte(``))
	at := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	states := []State{{}, {Target: Target{Service: "s", Environment: "e"}, Number: 1, Status: Open, By: "ada", Confirmed: "bob", Until: at.Add(time.Hour),
		Policy: gate.Glass{Criteria: []string{"x"}, Window: time.Hour, Review: time.Hour}, Criterion: "x"},
		{Target: Target{Service: "s", Environment: "e"}, Number: 1, Status: Review, By: "ada", Task: "glass.s.e.1", ReviewBy: at}}
	f.Fuzz(func(t *testing.T, kind string, data, facts []byte) {
		for _, s := range states {
			e := machine.Event{Type: kind, Data: data, Facts: facts, At: at}
			next, err := Machine{}.Step(s, e)
			if err == nil && next.State.Number != s.Number && s.Blocks() {
				t.Errorf("%s came before its turn", next.State.ID())
			}
		}
	})
}

func TestUpgradeRefuses(t *testing.T) {
	t.Parallel()
	if _, err := (Machine{}).Upgrade(Version+1, []byte(`{}`)); err == nil {
		t.Error("a newer state was read")
	}
}
