package slo

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"slipway.dev/internal/core/alert"
	"slipway.dev/internal/core/calendar"
)

// now is a Thursday.
var now = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

// objective is one of 99.9% over 30 days that says something from one request on.
func objective() Objective {
	return Objective{Flow: "f", Environment: "e", Name: Availability, Target: 0.999, Window: 30 * day, Minimum: 1}
}

// every gives buckets of a length from so long ago until now.
func every(ago, length time.Duration, what func(ago time.Duration) (total, bad float64, known bool)) (list []Bucket) {
	for ; ago > 0; ago -= length {
		b := Bucket{Start: now.Add(-ago), Length: length}
		b.Total, b.Bad, b.Known = what(ago)
		list = append(list, b)
	}
	return list
}

// steady is a request every second of which a share is bad.
func steady(bad float64) func(time.Duration) (float64, float64, bool) {
	return func(time.Duration) (float64, float64, bool) { return 60, 60 * bad, true }
}

// since is bad at one rate up to a time ago, and at another since.
func since(ago time.Duration, before, after float64) func(time.Duration) (float64, float64, bool) {
	return func(at time.Duration) (float64, float64, bool) {
		if at > ago {
			return steady(before)(at)
		}
		return steady(after)(at)
	}
}

func TestEvaluate(t *testing.T) {
	t.Parallel()
	with := func(change func(*Objective)) Objective {
		o := objective()
		change(&o)
		return o
	}
	for name, c := range map[string]struct {
		objective Objective
		buckets   []Bucket
		planned   []Span
		state     Health
		reason    Reason
		firing    []string
		budget    float64
		known     float64
	}{
		"all is well":      {objective(), every(30*day, time.Hour, steady(0)), nil, OK, "", nil, 1, 1},
		"half is spent":    {objective(), every(30*day, time.Hour, steady(0.0005)), nil, OK, "", nil, 0.5, 1},
		"all is spent":     {objective(), every(30*day, time.Hour, steady(0.001)), nil, Exhausted, "", []string{"ticket 72h0m0s"}, 0, 1},
		"twice is spent":   {objective(), every(30*day, time.Hour, steady(0.002)), nil, Exhausted, "", []string{"ticket 72h0m0s"}, -1, 1},
		"nobody comes":     {objective(), every(30*day, time.Hour, func(time.Duration) (float64, float64, bool) { return 0, 0, true }), nil, Unknown, NotEnough, nil, 1, 1},
		"nothing is known": {objective(), nil, nil, Unknown, NoData, nil, 1, 0},
		"too few":          {with(func(o *Objective) { o.Minimum = 61 }), every(time.Minute, time.Minute, steady(1)), nil, Unknown, NotEnough, nil, -999, 1 / (30 * 24 * 60.)},
		"just enough":      {with(func(o *Objective) { o.Minimum = 60 }), every(time.Minute, time.Minute, steady(0)), nil, OK, "", nil, 1, 1 / (30 * 24 * 60.)},
		"a page":           {objective(), every(30*day, time.Minute, since(90*time.Minute, 0, 0.02)), nil, Burning, "", []string{"page 1h0m0s"}, 1 - 20*90/(30*24*60.), 1},
		"a slow page":      {objective(), every(30*day, time.Minute, since(6*time.Hour, 0, 0.0061)), nil, Burning, "", []string{"page 6h0m0s"}, 1 - 6.1*6/(30*24.), 1},
		"a ticket":         {objective(), every(30*day, time.Minute, since(day, 0, 0.003)), nil, Burning, "", []string{"ticket 24h0m0s", "ticket 72h0m0s"}, 1 - 3/30., 1},
		"a slow ticket":    {objective(), every(30*day, time.Minute, since(4*day, 0, 0.001)), nil, Burning, "", []string{"ticket 72h0m0s"}, 1 - 4/30., 1},
		"burnt, and is out": {objective(), every(30*day, time.Minute, func(ago time.Duration) (float64, float64, bool) {
			return since(time.Hour, 0, b2f(ago > 6*time.Minute)*0.02)(ago)
		}), nil, OK, "", nil, 1 - 20*54/(30*24*60.), 1},
		"no failure may be": {with(func(o *Objective) { o.Target = 1 }), every(30*day, time.Hour, steady(0)), nil, OK, "", nil, 1, 1},
		"one failure was": {with(func(o *Objective) { o.Target = 1 }), append(every(30*day, time.Hour, steady(0))[:719], Bucket{now.Add(-time.Hour), time.Hour, 60, 1, true}), nil, Exhausted, "",
			[]string{"page 6h0m0s", "ticket 24h0m0s", "ticket 72h0m0s"}, 0, 1},
		"all may fail":         {with(func(o *Objective) { o.Target = 0 }), every(30*day, time.Hour, steady(0.5)), nil, OK, "", nil, 0.5, 1},
		"failed while planned": {objective(), every(30*day, time.Minute, since(2*time.Hour, 0, 1)), []Span{{now.Add(-2 * time.Hour), now}}, OK, "", nil, 1, 1},
		"nobody looks now":     {objective(), every(30*day, time.Minute, known(func(ago time.Duration) bool { return ago > 6*time.Minute }, 1)), nil, Unknown, NoData, nil, -999, 1 - 6/(30*24*60.)},
		"nobody looked mostly": {objective(), every(30*day, time.Hour, known(func(ago time.Duration) bool { return ago > 29*day || ago < 13*day }, 0)), nil, Unknown, NoData, nil, 1, (24 + 13*24 - 1) / 720.},
		"nobody looked for a while": {objective(), every(30*day, time.Hour, known(func(ago time.Duration) bool { return ago > 10*day || ago < day }, 0)), nil, OK, "", nil, 1,
			(20*24 + 23) / 720.},
		"it is new": {objective(), every(day, time.Hour, steady(0)), nil, OK, "", nil, 1, 1 / 30.},
		"never in its hours": {with(func(o *Objective) {
			o.Hours = []calendar.Window{{Weekdays: []time.Weekday{time.Sunday}, From: 60, To: 61}}
			o.Window = day
		}), every(day, time.Minute, steady(1)), nil, Unknown, NotEnough, nil, 1, 0},
		"an unknown zone":   {with(func(o *Objective) { o.Hours = []calendar.Window{{From: 60, To: 61, Zone: "No/Where"}} }), every(day, time.Minute, steady(1)), nil, Unknown, NoData, nil, 1, 0},
		"more bad than all": {objective(), every(30*day, time.Hour, func(time.Duration) (float64, float64, bool) { return 1, 5, true }), nil, Exhausted, "", []string{"page 6h0m0s", "ticket 24h0m0s", "ticket 72h0m0s"}, -999, 1},
		"endlessly many":    {objective(), every(30*day, time.Hour, func(time.Duration) (float64, float64, bool) { return math.Inf(1), math.Inf(1), true }), nil, Unknown, NoData, nil, 1, 0},
		"not a number":      {objective(), every(30*day, time.Hour, func(time.Duration) (float64, float64, bool) { return math.NaN(), 0, true }), nil, Unknown, NoData, nil, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := Evaluate(c.objective, c.buckets, c.planned, now)
			if s.State != c.state || s.Reason != c.reason || math.Abs(s.Budget-c.budget) > 1e-6 || math.Abs(s.Known-c.known) > 1e-9 {
				t.Errorf("%s %s, budget %g, known %g; want %s %s, %g, %g", s.State, s.Reason, s.Budget, s.Known, c.state, c.reason, c.budget, c.known)
			}
			if got := s.Firing(); !slices.Equal(got, c.firing) {
				t.Errorf("fires %q, want %q", got, c.firing)
			}
		})
	}
}

func b2f(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// known is a request every second, of which a share is bad, where somebody looked.
func known(looked func(time.Duration) bool, bad float64) func(time.Duration) (float64, float64, bool) {
	return func(ago time.Duration) (float64, float64, bool) {
		total, failed, _ := steady(bad)(ago)
		return total, failed, looked(ago)
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	for period, want := range map[time.Duration]string{
		30 * day:  "page 1h0m0s&5m0s 14.4, page 6h0m0s&30m0s 6, ticket 24h0m0s&2h0m0s 3, ticket 72h0m0s&6h0m0s 1",
		28 * day:  "page 1h0m0s&5m0s 13.44, page 6h0m0s&30m0s 5.6, ticket 24h0m0s&2h0m0s 2.8, ticket 72h0m0s&6h0m0s 1",
		90 * day:  "page 1h0m0s&5m0s 43.2, page 6h0m0s&30m0s 18, ticket 24h0m0s&2h0m0s 9, ticket 72h0m0s&6h0m0s 3",
		7 * day:   "page 1h0m0s&5m0s 3.36, page 6h0m0s&30m0s 1.4, ticket 24h0m0s&2h0m0s 1, ticket 72h0m0s&6h0m0s 1",
		day:       "page 1h0m0s&5m0s 1, page 6h0m0s&30m0s 1",
		time.Hour: "",
	} {
		got := ""
		for i, r := range Rules(period) {
			if i > 0 {
				got += ", "
			}
			got += fmt.Sprintf("%s %s&%s %g", r.Severity, r.Long, r.Short, r.Factor)
		}
		if got != want {
			t.Errorf("%s: %s\nwant %s", period, got, want)
		}
	}
}

// TestHold: a rule that fired ends when it is known that it is over, and not before.
func TestHold(t *testing.T) {
	t.Parallel()
	page := Held{Firing: []string{"page 1h0m0s"}}
	ago := func(from, until time.Duration) func(time.Duration) (float64, float64, bool) {
		return func(ago time.Duration) (float64, float64, bool) {
			return steady(b2f(ago <= from && ago > until) * 0.5)(ago)
		}
	}
	for name, c := range map[string]struct {
		what  func(time.Duration) (float64, float64, bool)
		held  Held
		fires bool
		state Health
	}{
		"it still burns":              {ago(20*time.Minute, 0), page, true, Burning},
		"it was over 3 minutes ago":   {ago(20*time.Minute, 3*time.Minute), page, true, Burning},
		"it was over 8 minutes ago":   {ago(20*time.Minute, 8*time.Minute), page, true, Burning},
		"it was over 11 minutes ago":  {ago(20*time.Minute, 11*time.Minute), page, false, Burning},
		"it never fired":              {ago(20*time.Minute, 8*time.Minute), Held{}, false, Burning},
		"it was over long ago":        {ago(3*time.Hour, 2*time.Hour), page, false, Burning},
		"nobody looks any more":       {known(func(ago time.Duration) bool { return ago > 20*time.Minute }, 0), page, true, Unknown},
		"nobody came since":           {silent(ago(time.Hour, 0), 20*time.Minute), page, true, Burning},
		"nobody came for an hour":     {silent(ago(2*time.Hour, 0), time.Hour), page, false, Burning},
		"the budget was just used up": {ago(0, 0), Held{Exhausted: true}, false, OK},
		"another one fired":           {ago(0, 0), Held{Firing: []string{"page 2h0m0s"}}, false, OK},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := Evaluate(objective(), every(30*day, time.Minute, c.what), nil, now).Hold(c.held)
			if got := slices.Contains(s.Firing(), "page 1h0m0s"); got != c.fires || s.State != c.state {
				t.Errorf("fires %v, %s; want %v, %s", got, s.State, c.fires, c.state)
			}
		})
	}
	low := Evaluate(objective(), every(30*day, time.Hour, steady(0.000995)), nil, now)
	if fresh, held := low.Hold(Held{}).State, low.Hold(Held{Exhausted: true}).State; fresh != OK || held != Exhausted {
		t.Errorf("with 0.5%% of the budget it is %s, and %s if it was exhausted", fresh, held)
	}
}

// silent has no requests since a time ago.
func silent(what func(time.Duration) (float64, float64, bool), since time.Duration) func(time.Duration) (float64, float64, bool) {
	return func(ago time.Duration) (float64, float64, bool) {
		if ago <= since {
			return 0, 0, true
		}
		return what(ago)
	}
}

// naive is how an objective stands by minutes, each looked at for itself.
func naive(o Objective, at []minute, rules []Rule) (total, bad, share float64, firing []string) {
	in := func(from, until time.Duration) (total, bad float64, counts, known int) {
		for _, m := range at {
			if ago := now.Sub(m.at); ago > until && ago <= from && m.counts {
				counts++
				if m.known {
					known, total, bad = known+1, total+m.total, bad+m.bad
				}
			}
		}
		return total, bad, counts, known
	}
	rate := func(d time.Duration) (float64, float64) {
		total, bad, _, _ := in(d, 0)
		if total == 0 || bad == 0 {
			return 0, total
		}
		return bad / total / (1 - o.Target), total
	}
	total, bad, counts, known := in(o.Window, 0)
	for _, r := range rules {
		long, n := rate(r.Long)
		short, _ := rate(r.Short)
		if long >= r.Factor && short >= r.Factor && n >= float64(o.Minimum) {
			firing = append(firing, r.Name())
		}
	}
	if counts > 0 {
		share = float64(known) / float64(counts)
	}
	return total, bad, share, firing
}

type minute struct {
	at     time.Time
	total  float64
	bad    float64
	known  bool
	counts bool
}

// TestModel holds Evaluate to the naive way, over periods with hours, maintenance and gaps.
func TestModel(t *testing.T) {
	t.Parallel()
	fired := 0
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 4))
		o := objective()
		o.Window = time.Duration(1+r.IntN(5*24)) * time.Hour
		o.Target = []float64{0.9, 0.99, 0.999, 0.5}[r.IntN(4)]
		o.Minimum = 1 + r.IntN(3000)
		switch r.IntN(3) {
		case 0:
			o.Hours = []calendar.Window{{Weekdays: []time.Weekday{1, 2, 3, 4, 5}, From: 9 * 60, To: 17 * 60, Zone: "Europe/Berlin"}}
		case 1:
			o.Hours = []calendar.Window{{From: calendar.Clock(r.IntN(1440)), To: calendar.Clock(r.IntN(1440))}, {From: 100, To: 200}}
		}
		planned := Span{From: now.Add(-time.Duration(r.IntN(200)) * time.Hour)}
		planned.Until = planned.From.Add(time.Duration(r.IntN(600)) * time.Minute)
		hours, err := calendar.Load(o.Hours)
		if err != nil {
			t.Fatal(err)
		}
		var minutes []minute
		var buckets []Bucket
		mean, good := (1-o.Target)*r.Float64()*20, true
		for at := now.Add(-6 * day); at.Before(now); at = at.Add(time.Minute) {
			if r.IntN(500) == 0 {
				good = !good
			}
			m := minute{at: at, total: float64(r.IntN(100)), known: r.IntN(10) > 0 || now.Sub(at) < time.Hour}
			if !good {
				m.bad = math.Floor(m.total * min(1, mean))
			}
			m.counts = hours.Open(at) && !(!at.Before(planned.From) && at.Before(planned.Until))
			minutes, buckets = append(minutes, m), append(buckets, Bucket{at, time.Minute, m.total, m.bad, m.known})
		}
		total, bad, share, firing := naive(o, minutes, Rules(o.Window))
		s := Evaluate(o, buckets, []Span{planned}, now)
		if s.Total != total || s.Bad != bad || math.Abs(s.Known-share) > 1e-9 || !slices.Equal(s.Firing(), firing) {
			t.Fatalf("seed %d: %g of %g, known %g, fires %q; want %g of %g, %g, %q", seed, s.Bad, s.Total, s.Known, s.Firing(), bad, total, share, firing)
		}
		if total > 0 && math.Abs((1-s.Budget)*(1-o.Target)*total-bad) > 1e-3 {
			t.Fatalf("seed %d: budget %g with %g of %g bad", seed, s.Budget, bad, total)
		}
		fired += len(firing)
	}
	if fired < 50 {
		t.Errorf("only %d rules fired: this tries nothing", fired)
	}
}

// TestSummerTime: an objective with business hours in a zone with summer time counts each hour of
// service once, whichever way the clocks go.
func TestSummerTime(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		monday time.Time
		want   time.Duration
	}{
		{time.Date(2026, 3, 23, 12, 0, 0, 0, time.UTC), 20 * time.Hour},
		{time.Date(2026, 10, 19, 12, 0, 0, 0, time.UTC), 22 * time.Hour},
		{time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), 21 * time.Hour},
	} {
		all := []calendar.Window{{From: 60, To: 4 * 60, Zone: "Europe/Berlin"}} // 01:00 to 04:00, over the change on Sunday
		spans, err := Closed(all, c.monday, c.monday.AddDate(0, 0, 7))
		if err != nil {
			t.Fatal(err)
		}
		open := 7*24*time.Hour - overlap(spans, c.monday, c.monday.AddDate(0, 0, 7))
		if open != c.want {
			t.Errorf("week of %s: open for %s, want %s", c.monday.Format(time.DateOnly), open, c.want)
		}
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	at := func(from, until int) Span {
		return Span{now.Add(time.Duration(from) * time.Hour), now.Add(time.Duration(until) * time.Hour)}
	}
	got := Merge([]Span{at(5, 6), at(1, 3), at(2, 4), at(4, 5), at(9, 8), at(7, 7), at(10, 12), at(11, 11)})
	if want := []Span{at(1, 6), at(10, 12)}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	if got := (Rule{Severity: alert.Page, Long: time.Hour}).Name(); got != "page 1h0m0s" {
		t.Error(got)
	}
	for d, want := range map[time.Duration]string{30 * day: "30d", 36 * time.Hour: "36h", 5 * time.Minute: "5m", 90 * time.Second: "1m30s"} {
		if got := Period(d); got != want {
			t.Errorf("%s is %s, want %s", d, got, want)
		}
	}
}

func BenchmarkEvaluate(b *testing.B) {
	o := objective()
	buckets := every(30*day, 15*time.Minute, steady(0.0001))
	buckets = append(buckets[:len(buckets)-24], every(6*time.Hour, time.Minute, steady(0.0001))...)
	b.ReportAllocs()
	for b.Loop() {
		EvaluateBut(o, buckets, nil, now)
	}
}

// TestFlap: failures that come and go every few minutes are one alert, not one each time.
func TestFlap(t *testing.T) {
	t.Parallel()
	all := every(30*day, time.Minute, func(ago time.Duration) (float64, float64, bool) {
		minute := int(ago / time.Minute)
		return 60, 60 * b2f(minute <= 180 && minute%8 == 0), true
	})
	var held Held
	begins, would := 0, 0
	before := false
	for ago := 240; ago >= 0; ago-- {
		s := Evaluate(objective(), all[:len(all)-ago], nil, now.Add(-time.Duration(ago)*time.Minute))
		if fires := slices.Contains(s.Firing(), "page 1h0m0s"); fires != before {
			would, before = would+1, fires
		}
		s = s.Hold(held)
		fires := slices.Contains(s.Firing(), "page 1h0m0s")
		if fires && !slices.Contains(held.Firing, "page 1h0m0s") {
			begins++
		}
		held = Held{Firing: s.Firing()}
	}
	if begins != 1 || would < 10 {
		t.Errorf("it began %d times, and without holding it would have changed %d times", begins, would)
	}
}
