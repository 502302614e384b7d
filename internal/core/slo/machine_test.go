package slo

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"slipway.dev/internal/core/alert"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/machine/machinetest"
)

func TestScripts(t *testing.T) { machinetest.Run(t, Machine{}, "testdata/*.txt") }

func TestGolden(t *testing.T) {
	t.Parallel()
	machinetest.Golden(t, Machine{}, Version, 1, "testdata/[ls]*.txt", "testdata/golden/v1.jsonl")
}

func TestUpgradeRefuses(t *testing.T) {
	t.Parallel()
	if _, err := (Machine{}).Upgrade(Version+1, []byte(`{}`)); err == nil {
		t.Error("a newer state was read")
	}
}

// TestAlerts: whatever is observed, an objective has an alert if and only if a rule of it
// fires, each is raised once and ends once, and what is observed again changes nothing.
func TestAlerts(t *testing.T) {
	t.Parallel()
	raised := 0
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 4))
		at, s := now, State{}
		open := map[string]string{} // alert -> objective
		for range 40 {
			at = at.Add(time.Duration(1+r.IntN(90)) * time.Minute)
			o := anything(r)
			next, err := Machine{}.Step(s, machine.Event{Type: EventObserved, At: at, Data: machine.Must(o)})
			if fault.Is(err, fault.Refused) && !s.Changes(o) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			s = next.State
			for _, m := range next.Messages {
				switch _, is := open[m.To]; m.Type {
				case alert.EventFired:
					if is {
						t.Fatalf("seed %d: %s fired twice", seed, m.To)
					}
					raised++
					open[m.To] = "?"
				case alert.EventResolved:
					if !is {
						t.Fatalf("seed %d: %s ended and was not open", seed, m.To)
					}
					delete(open, m.To)
				}
			}
			if wrong := differs(s, o, open); wrong != "" {
				t.Fatalf("seed %d: %s\nin %s", seed, wrong, machine.Must(s))
			}
			if _, err := (Machine{}).Step(s, machine.Event{Type: EventObserved, At: at, Data: machine.Must(o)}); !fault.Is(err, fault.Refused) {
				t.Fatalf("seed %d: the same again gives %v", seed, err)
			}
		}
	}
	if raised < 1000 {
		t.Errorf("only %d alerts were raised: this tries nothing", raised)
	}
}

func differs(s State, o Observed, open map[string]string) string {
	want := 0
	for i, seen := range o.Objectives {
		a := s.Objectives[i].Alert
		if (a != nil) != (len(seen.Firing) > 0) {
			return fmt.Sprintf("%s fires %d rules, and its alert is %v", seen.Name, len(seen.Firing), a)
		}
		if a == nil {
			continue
		}
		want++
		if _, is := open[alert.MachineID("e", "f", a.Number)]; !is || a.Severity != seen.severity() {
			return fmt.Sprintf("%s has alert %d (%s), which was not told", seen.Name, a.Number, a.Severity)
		}
	}
	if want != len(open) {
		return fmt.Sprintf("%d alerts are open, want %d", len(open), want)
	}
	pages := 0
	for _, p := range s.Pages {
		if p.Until.IsZero() {
			pages++
		}
	}
	for _, o := range s.Objectives {
		if o.Alert != nil && o.Alert.Severity == alert.Page {
			pages--
		}
	}
	if pages != 0 {
		return "pages are not those of the objectives"
	}
	return ""
}

func anything(r *rand.Rand) Observed {
	o := Observed{Flow: "f", Environment: "e", Team: "t"}
	if r.IntN(10) == 0 {
		o.Removed = true
		return o
	}
	for _, name := range []string{"availability", "latency-p99", "latency-p50"}[:1+r.IntN(3)] {
		s := Seen{Name: name, Target: 0.99, Window: 30 * day, State: OK, Budget: float64(r.IntN(30)) / 10}
		for _, rule := range Rules(s.Window) {
			if r.IntN(4) == 0 {
				s.Firing = append(s.Firing, Firing{Severity: rule.Severity, Long: rule.Long, Short: rule.Short, Factor: rule.Factor, Rate: rule.Factor + 1})
				s.State = Burning
			}
		}
		o.Objectives = append(o.Objectives, s)
	}
	return o
}

func TestRecovery(t *testing.T) {
	t.Parallel()
	at := func(minutes int) time.Time { return now.Add(time.Duration(minutes) * time.Minute) }
	s := State{Pages: []Page{
		{1, "availability", at(0), at(10)}, {2, "latency-p99", at(5), at(30)}, // one failure
		{3, "availability", at(100), at(110)}, {4, "availability", at(200), time.Time{}}, // the last goes on
	}}
	for _, c := range []struct {
		from, until int
		mean        time.Duration
		failures    int
	}{{0, 1000, 20 * time.Minute, 2}, {31, 1000, 10 * time.Minute, 1}, {0, 50, 30 * time.Minute, 1}, {120, 1000, 0, 0}} {
		if mean, n := s.Recovery(at(c.from), at(c.until)); mean != c.mean || n != c.failures {
			t.Errorf("from %d until %d: %s over %d, want %s over %d", c.from, c.until, mean, n, c.mean, c.failures)
		}
	}
}

func FuzzStep(f *testing.F) {
	f.Add(EventObserved, []byte(`{"flow":"f","environment":"e","team":"t","objectives":[{"name":"availability","target":0.9,"window":1,"state":"burning","firing":[{"severity":"page","long":1,"short":1}]}]}`))
	f.Add(EventObserved, []byte(`{"flow":"f","environment":"e","removed":true}`))
	f.Add("message.refused", []byte(`{"to":"alert/e/f/1","type":"alert.fired","reason":"no"}`))
	states := []State{{}, {Flow: "f", Environment: "e", Number: 1, Since: now, Pages: []Page{{Number: 1, Objective: "availability", From: now}},
		Objectives: []Standing{{Seen: Seen{Name: "availability", State: Burning, Firing: []Firing{{Severity: alert.Page}}}, Since: now, Alert: &Raised{Number: 1, Severity: alert.Page}}}}}
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		for _, s := range states {
			next, err := Machine{}.Step(s, machine.Event{Type: kind, Data: data, At: now})
			if err != nil && fault.CodeOf(err) == fault.Internal {
				t.Error(err)
			}
			if err == nil && next.State.Number < s.Number {
				t.Error("an alert's number comes again")
			}
			(Machine{}).Summary(next.State)
		}
	})
}
