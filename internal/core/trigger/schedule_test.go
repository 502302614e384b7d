package trigger

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow"
)

// begun lives through a time and gives when runs began, in a zone. Each ends at once.
func begun(t *testing.T, s Schedule, from, until time.Time) []string {
	t.Helper()
	zone, err := s.zone()
	if err != nil {
		t.Fatal(err)
	}
	step := func(state State, e machine.Event) State {
		n, err := Machine{}.Step(state, e)
		if err != nil {
			t.Fatal(err)
		}
		return n.State
	}
	state := step(State{}, machine.Event{Type: EventSet, At: from, Data: machine.Must(Set{Workflow: "w", Environment: "e",
		Active: Active{Release: "r", Definition: "d", Seed: "s", Schedule: s}})})
	var out []string
	for !state.Next.IsZero() && state.Next.Before(until) {
		now := state.Next
		state = step(state, machine.Event{Type: machine.Timer, At: now, Data: machine.Must(machine.Alarm{Key: timerNext, At: now})})
		out = append(out, now.In(zone).Format("Jan 2 15:04 -0700"))
		state = step(state, machine.Event{Type: EventEnded, At: now, Data: []byte(`{"run":"` + state.Running[0].Run + `","status":"completed"}`)})
	}
	return out
}

// TestClocksAreChanged: what is said for an hour of the day runs once on each day, also on
// those that lack that hour or have it twice; what goes by intervals goes on.
func TestClocksAreChanged(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		schedule Schedule
		from     string
		hours    int
		want     []string
	}{
		"an hour that is left out": {Schedule{Cron: "30 2 * * *", Zone: "Europe/Berlin"}, "2026-03-28T00:00:00Z", 72,
			[]string{"Mar 28 02:30 +0100", "Mar 29 03:00 +0200", "Mar 30 02:30 +0200"}},
		"an hour that comes twice": {Schedule{Cron: "30 2 * * *", Zone: "Europe/Berlin"}, "2026-10-24T00:00:00Z", 72,
			[]string{"Oct 24 02:30 +0200", "Oct 25 02:30 +0200", "Oct 26 02:30 +0100"}},
		"every hour, in spring":  {Schedule{Cron: "0 * * * *", Zone: "Europe/Berlin"}, "2026-03-28T23:30:00Z", 3, []string{"Mar 29 01:00 +0100", "Mar 29 03:00 +0200", "Mar 29 04:00 +0200"}},
		"every hour, in autumn":  {Schedule{Cron: "0 * * * *", Zone: "Europe/Berlin"}, "2026-10-24T23:30:00Z", 3, []string{"Oct 25 02:00 +0200", "Oct 25 02:00 +0100", "Oct 25 03:00 +0100"}},
		"UTC where none is said": {Schedule{Cron: "0 6 * * 1-5"}, "2026-01-09T00:00:00Z", 96, []string{"Jan 9 06:00 +0000", "Jan 12 06:00 +0000"}},
		"intervals":              {Schedule{Every: 30 * time.Minute, Zone: "Europe/Berlin"}, "2026-10-25T00:00:00Z", 2, []string{"Oct 25 02:30 +0200", "Oct 25 02:00 +0100", "Oct 25 02:30 +0100"}},
		"both":                   {Schedule{Every: 40 * time.Minute, Cron: "0 * * * *"}, "2026-01-05T09:00:00Z", 2, []string{"Jan 5 09:40 +0000", "Jan 5 10:00 +0000", "Jan 5 10:40 +0000"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, err := time.Parse(time.RFC3339, c.from)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, begun(t, c.schedule, from, from.Add(time.Duration(c.hours)*time.Hour))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func defined(t *testing.T, schedule string) *workflow.Definition {
	t.Helper()
	d, problems := workflow.Parse("w.yaml", []byte("document: {dsl: '1.0.3', namespace: n, name: w, version: '1.0.0'}\nschedule: "+schedule+"\ndo: [{a: {set: {b: 1}}}]\n"))
	if problems != nil {
		t.Fatal(problems)
	}
	return d
}

func TestScheduleOf(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ schedule, want string }{
		"every": {"{every: {minutes: 5}}", `{"every":300000000000,"zone":"Europe/Berlin","missed":"all","overlap":"queue"}`},
		"after": {"{after: PT1H}", `{"after":3600000000000,"zone":"Europe/Berlin","missed":"all","overlap":"queue"}`},
		"cron":  {"{cron: '0 4 * * *'}", `{"cron":"0 4 * * *","zone":"Europe/Berlin","missed":"all","overlap":"queue"}`},
		"one": {"{on: {one: {with: {type: order.paid, source: '${ startswith(\"/shop\") }'}}}, read: envelope}",
			`{"on":{"read":"envelope","types":["order.paid"],"filters":[{"with":{"type":"order.paid"},"where":{"source":"startswith(\"/shop\")"}}]},"zone":"Europe/Berlin","missed":"all","overlap":"queue"}`},
		"any": {"{on: {any: [{with: {type: b}}, {with: {type: a}}]}}",
			`{"on":{"read":"data","types":["a","b"],"filters":[{"with":{"type":"b"}},{"with":{"type":"a"}}]},"zone":"Europe/Berlin","missed":"all","overlap":"queue"}`},
		"any event": {"{on: {any: []}}", `{"on":{"read":"data","filters":[{}]},"zone":"Europe/Berlin","missed":"all","overlap":"queue"}`},
		"all": {"{on: {all: [{with: {type: a}, correlate: {order: {from: .data.order}, kind: {from: .data.kind, expect: seat}}}, {with: {type: 'b.*'}}]}}",
			`{"on":{"all":true,"read":"data","filters":[{"with":{"type":"a"},"keys":[{"from":".data.kind","value":"seat"}],"learn":{"order":".data.order"}},{"with":{"type":"b.*"}}]},"zone":"Europe/Berlin","missed":"all","overlap":"queue"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := ScheduleOf(defined(t, c.schedule), "Europe/Berlin", MissedAll, OverlapQueue)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(machine.Must(s)); got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
}

func TestScheduleOfRefuses(t *testing.T) {
	t.Parallel()
	for schedule, want := range map[string]string{
		"{on: {any: [{with: {type: a}}], until: '${ true }'}}":                                    "leave out until",
		"{on: {one: {with: {type: '${ $context.type }'}}}}":                                       "there is no run yet",
		"{on: {one: {with: {data: {seat: '${ . > 7 }'}}}}}":                                       "there is no run yet",
		"{on: {one: {with: {type: a}, correlate: {x: {from: '.data.x', expect: '${ error }'}}}}}": "cannot be told",
		"{every: {minutes: 1}, after: {minutes: 1}}":                                              "neither every nor cron",
	} {
		if _, err := ScheduleOf(defined(t, schedule), "", "", ""); err == nil || !strings.Contains(err.Error()+hint(err), want) {
			t.Errorf("%s: %v", schedule, err)
		}
	}
}
