package maintenance

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/machine/machinetest"
)

func TestScripts(t *testing.T) { machinetest.Run(t, Machine{}, "testdata/*.txt") }

func TestGolden(t *testing.T) {
	t.Parallel()
	machinetest.Golden(t, Machine{}, Version, 1, "testdata/[cl]*.txt", "testdata/golden/v1.jsonl")
}

func TestUpgradeRefuses(t *testing.T) {
	t.Parallel()
	if _, err := (Machine{}).Upgrade(Version+1, []byte(`{}`)); err == nil {
		t.Error("a newer state was read")
	}
}

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

func at(hours int) time.Time { return noon.Add(time.Duration(hours) * time.Hour) }

// work was announced at noon, for some hours later.
func work(from, until int, change func(*State)) State {
	s := State{Announcement: Announcement{Environment: "prod", Flows: []string{"buy"}, From: at(from), Until: at(until)}, Status: Announced, AnnouncedAt: noon}
	if change != nil {
		change(&s)
	}
	return s
}

func TestPlanned(t *testing.T) {
	t.Parallel()
	cancelled := func(hour int) func(*State) {
		return func(s *State) { s.Status, s.CancelledAt = Called, at(hour) }
	}
	for name, c := range map[string]struct {
		list   []State
		notice int // hours
		want   string
	}{
		"in time":                   {[]State{work(48, 50, nil)}, 48, "48-50"},
		"too late":                  {[]State{work(47, 50, nil)}, 48, ""},
		"no notice is demanded":     {[]State{work(48, 50, nil)}, 0, ""},
		"another flow":              {[]State{work(48, 50, func(s *State) { s.Flows = []string{"list"} })}, 24, ""},
		"its service":               {[]State{work(48, 50, func(s *State) { s.Flows, s.Services = nil, []string{"x", "tickets"} })}, 24, "48-50"},
		"another service":           {[]State{work(48, 50, func(s *State) { s.Flows, s.Services = nil, []string{"x"} })}, 24, ""},
		"everything":                {[]State{work(48, 50, func(s *State) { s.Flows = nil })}, 24, "48-50"},
		"another environment":       {[]State{work(48, 50, func(s *State) { s.Environment = "dev" })}, 24, ""},
		"cancelled before":          {[]State{work(48, 50, cancelled(10))}, 24, ""},
		"cancelled underway":        {[]State{work(48, 50, cancelled(49))}, 24, "48-49"},
		"they overlap":              {[]State{work(60, 63, nil), work(48, 50, nil), work(49, 52, nil), work(52, 53, nil)}, 24, "48-53 60-63"},
		"one of them was announced": {[]State{work(48, 50, nil), work(20, 49, nil)}, 24, "48-50"},
		"none":                      {nil, 24, ""},
	} {
		got := ""
		for _, s := range Planned(c.list, "buy", []string{"tickets", "payments"}, "prod", time.Duration(c.notice)*time.Hour) {
			if got != "" {
				got += " "
			}
			got += fmt.Sprintf("%g-%g", s.From.Sub(noon).Hours(), s.Until.Sub(noon).Hours())
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestCounts: whatever people announce and cancel, in whatever order, a moment counts as planned
// only if it had been announced, early enough and not taken back, when it came.
func TestCounts(t *testing.T) {
	t.Parallel()
	const notice = 5 * time.Hour
	planned := 0
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 4))
		var s State
		had := map[int]bool{} // hours that counted when they came
		for hour := range 100 {
			now := at(hour)
			if r.IntN(6) == 0 {
				e := machine.Event{Type: EventAnnounced, At: now, Data: machine.Must(Announcement{Name: "x", Environment: "prod", Reason: "r",
					From: at(hour + r.IntN(12)), Until: at(hour + 1 + r.IntN(20))})}
				if r.IntN(3) == 0 {
					e.Type, e.Data = EventCancelled, machine.Must(Cancelled{})
				}
				s = stepped(t, s, e)
			}
			for _, d := range (Machine{}).Desired(s) {
				s = stepped(t, s, machine.Event{Type: machine.Timer, At: now, Data: d.Spec})
			}
			had[hour] = covers(s, now, notice)
			for before := range hour {
				if covers(s, at(before), notice) != had[before] {
					t.Fatalf("seed %d: hour %d counted as planned: %v; at hour %d it is the other way: %s", seed, before, had[before], hour, machine.Must(s))
				}
			}
			if had[hour] {
				planned++
			}
		}
	}
	if planned < 1000 {
		t.Errorf("only %d hours were planned: this tries nothing", planned)
	}
}

func covers(s State, t time.Time, notice time.Duration) bool {
	for _, span := range Planned([]State{s}, "any", nil, "prod", notice) {
		if !t.Before(span.From) && t.Before(span.Until) {
			return true
		}
	}
	return false
}

func stepped(t *testing.T, s State, e machine.Event) State {
	t.Helper()
	next, err := Machine{}.Step(s, e)
	if err != nil {
		if c := fault.CodeOf(err); !slices.Contains([]fault.Code{fault.Refused, fault.NotFound, fault.Invalid}, c) {
			t.Fatal(err)
		}
		return s
	}
	return next.State
}

func FuzzStep(f *testing.F) {
	f.Add(EventAnnounced, []byte(`{"name":"a","environment":"prod","from":"2026-01-06T10:00:00Z","until":"2026-01-06T12:00:00Z","reason":"x"}`))
	f.Add(EventCancelled, []byte(`{"reason":"x"}`))
	f.Add(machine.Timer, []byte(`{"key":"begin"}`))
	states := []State{{}, work(1, 2, nil), work(0, 2, func(s *State) { s.Status = Underway }), work(1, 2, func(s *State) { s.Status = Called })}
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		for _, s := range states {
			next, err := Machine{}.Step(s, machine.Event{Type: kind, Data: data, At: noon})
			if err != nil && fault.CodeOf(err) == fault.Internal {
				t.Error(err)
			}
			if err == nil {
				Planned([]State{next.State}, "buy", nil, "prod", time.Hour)
			}
		}
	})
}
