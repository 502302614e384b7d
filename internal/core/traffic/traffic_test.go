package traffic

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/machine/machinetest"
)

func TestScripts(t *testing.T) { machinetest.Run(t, Machine{}, "testdata/*.txt") }

func TestGolden(t *testing.T) {
	t.Parallel()
	machinetest.Golden(t, Machine{}, Version, 1, "testdata/*.txt", "testdata/golden/v1.jsonl")
}

func TestUpgradeRefuses(t *testing.T) {
	t.Parallel()
	if _, err := (Machine{}).Upgrade(Version+1, []byte(`{}`)); err == nil {
		t.Error("a newer state was read")
	}
}

var monday = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

// watch counts spans from a Monday on; requests says how many come in the span that begins at
// an hour of the first week, or later.
func watch(t *testing.T, s State, from time.Time, span time.Duration, spans int, requests func(time.Time) uint64) State {
	t.Helper()
	for range spans {
		c := Counted{Environment: "prod", From: from, To: from.Add(span), Requests: requests(from)}
		next, err := Machine{}.Step(s, machine.Event{Type: EventCounted, At: c.To, Data: machine.Must(c)})
		if err != nil {
			t.Fatal(err)
		}
		s, from = next.State, c.To
	}
	return s
}

// night is a week in which little comes from 2 to 4 at night in UTC.
func night(at time.Time) uint64 {
	if at.Hour() == 2 || at.Hour() == 3 {
		return 5
	}
	return 1000
}

func TestQuiet(t *testing.T) {
	t.Parallel()
	week := watch(t, State{}, monday, time.Hour, hours, night)
	for name, c := range map[string]struct {
		state State
		zone  string
		east  int
		want  string // empty: nothing is proposed
	}{
		"UTC":                     {week, "", 0, " 02:00 to 04:00 (UTC)"},
		"east":                    {week, "Europe/Berlin", 3600, " 03:00 to 05:00 (Europe/Berlin)"},
		"west":                    {week, "America/New_York", -5 * 3600, " 21:00 to 23:00 (America/New_York)"},
		"half an hour, the first": {week, "Asia/Kolkata", 19800, " 07:00 to 09:00 (Asia/Kolkata)"},
		"half watched":            {watch(t, State{}, monday.Add(30*time.Minute), time.Hour, hours, night), "", 0, " 02:00 to 04:00 (UTC)"},
		"an hour is missing":      {watch(t, State{}, monday, time.Hour, hours-1, night), "", 0, ""},
		"silence":                 {watch(t, State{}, monday, time.Hour, 5*hours, func(time.Time) uint64 { return 0 }), "", 0, ""},
		"nothing at all":          {State{}, "", 0, ""},
		"few, and only by day":    {watch(t, State{}, monday, time.Hour, 9*hours, func(at time.Time) uint64 { return night(at) / 1000 }), "", 0, " 02:00 to 04:00 (UTC)"},
		"another habit by now":    {watch(t, watch(t, State{}, monday, time.Hour, 10*hours, night), monday.AddDate(0, 0, 70), time.Hour, 20*hours, noon), "", 0, " 12:00 to 14:00 (UTC)"},
		"an odd week, long ago":   {watch(t, watch(t, State{}, monday, time.Hour, hours, noon), monday.AddDate(0, 0, 7), time.Hour, 20*hours, night), "", 0, " 02:00 to 04:00 (UTC)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, ok := c.state.Quiet(c.zone, c.east)
			if ok != (c.want != "") || ok && " "+w.String() != c.want {
				t.Errorf("%s, %v; want %q", w, ok, c.want)
			}
		})
	}
}

// noon is a week in which little comes at noon.
func noon(at time.Time) uint64 {
	if at.Hour() == 12 || at.Hour() == 13 {
		return 5
	}
	return 1000
}

// Hours in which nobody looked are not quiet ones, and how long one was watched does not make
// it a busy one.
func TestUnwatchedHoursAreNotQuiet(t *testing.T) {
	t.Parallel()
	s := watch(t, State{}, monday, time.Hour, hours, night)
	for day := 7; day < 28; day++ { // the machine is off from 8 at night to 2
		s = watch(t, s, monday.AddDate(0, 0, day).Add(2*time.Hour), time.Hour, 18, night)
	}
	if w, ok := s.Quiet("", 0); !ok || w.From.String() != "02:00" {
		t.Error(w, ok)
	}
}

// Whatever the spans are, no request is lost or counted twice, no second either, and the state
// stays small.
func TestSpansAddUp(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 7))
		s, at, total := State{}, monday.Add(time.Duration(r.IntN(1e6))*time.Second), uint64(0)
		var watched time.Duration
		for range 60 { // fewer than would let it forget
			span := time.Duration(1+r.IntN(int(Longest/time.Second))) * time.Second
			n := r.Uint64N(1 << r.IntN(50))
			s = watch(t, s, at, span, 1, func(time.Time) uint64 { return n })
			at, total, watched = at.Add(span+time.Duration(r.IntN(3000))*time.Second), total+n, watched+span
		}
		var requests, seconds uint64
		for i := range hours {
			requests, seconds = requests+s.Requests[i], seconds+s.Seconds[i]
			if s.Seconds[i] > perHour {
				t.Fatalf("seed %d: hour %d has %d seconds", seed, i, s.Seconds[i])
			}
		}
		if requests != total || s.Total != total || seconds != uint64(watched/time.Second) {
			t.Fatalf("seed %d: %d requests in %d s of %d in %s", seed, requests, seconds, total, watched)
		}
		if n := len(machine.Must(s)); n > 4000 {
			t.Fatalf("seed %d: the state has %d bytes", seed, n)
		}
	}
}

func FuzzStep(f *testing.F) {
	f.Add(EventCounted, []byte(`{"environment":"prod","from":"2026-01-05T08:30:00Z","to":"2026-01-05T09:00:00Z","requests":40}`))
	f.Add(EventCounted, []byte(`{"environment":"prod","from":"0001-01-01T00:00:00Z","to":"0001-01-01T01:30:00+14:00","requests":18446744073709551615}`))
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		next, err := Machine{}.Step(State{}, machine.Event{Type: kind, Data: data})
		if err != nil && fault.CodeOf(err) == "" {
			t.Error(err)
		}
		next.State.Quiet("", math.MinInt32)
		(Machine{}).Summary(next.State)
	})
}
