package pillars

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/cost"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/slo"
)

const day = 24 * time.Hour

func flowOf(t testing.TB, step, targets string) flow.Flow {
	t.Helper()
	text := fmt.Sprintf("apiVersion: slipway.dev/v1\nkind: Flow\nmetadata: {name: purchase, team: box-office}\nspec: {type: user, criticality: high, start: seat, end: ticket, steps: [%s], targets: %s}\n", step, targets)
	all, problems := manifest.Parse("flow.yaml", []byte(text))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	f, err := flow.Of(all[0])
	if err != nil {
		t.Fatal(err)
	}
	return f
}

const (
	request = "{service: tickets, request: POST /orders}"
	event   = "{service: tickets, event: receipt}"
)

// everything asks for something under each pillar.
const everything = `{reliability: {availability: 99.9%, latency: {p99: 300ms}, window: 30d, hours: business, minimum: 100},
 security: {data: [payment-card, name], authentication: required, encryption: required}, cost: {perThousand: 0.40 EUR, perMonth: 900 EUR},
 operations: {recovery: 15m, runbook: mend, notice: 48h}, performance: {throughput: 200/s}}`

// well is a flow that reaches all it can.
func well() Seen {
	return Seen{Environment: "prod", Span: 30 * day, Requests: 340, Anonymous: 0, Plain: 0, Cost: &cost.FlowCost{PerThousand: 0.31, PerMonth: 750.5}, Currency: "EUR",
		Objectives: []Objective{{"availability", slo.Status{State: slo.OK, Measured: 0.99954, Budget: 0.54, Total: 340}}, {"latency-p99", slo.Status{State: slo.OK, Measured: 1, Budget: 1, Total: 340}}},
		Peak:       250, Failures: 2, Recovery: 14*time.Minute + 30*time.Second, Works: 1}
}

// line is how a row is told.
func line(r Row) string {
	return fmt.Sprintf("%s | %s | %s | %s | %s | %s", r.Pillar, r.Target, r.Wanted, r.Measured, r.State, r.Text)
}

func TestRows(t *testing.T) {
	t.Parallel()
	f := flowOf(t, request, everything)
	var got []string
	for _, r := range Rows(f, well()) {
		got = append(got, line(r))
	}
	want := []string{
		"reliability | availability | 99.9% over 30d, in business hours | 99.954% | ok | 54% of the error budget is left",
		"reliability | latency p99 | 99% within 300ms over 30d, in business hours | 100% | ok | 100% of the error budget is left",
		"security | data | payment-card, name |  | notMeasured | nothing looks into requests; it says what the other targets are for",
		"security | authentication | required | 0 of 340 | ok | none of its requests in 30d were answered though nobody said who asks",
		"security | encryption | required | 0 of 340 | ok | none of its requests in 30d came from outside without TLS",
		"cost | per thousand | 0.40 EUR | 0.31 EUR | ok | as 30d went",
		"cost | per month | 900 EUR | 750.50 EUR | ok | as 30d went",
		"operations | recovery | within 15m | 14m30s | ok | the mean of 2 times that people were woken in 30d",
		"operations | runbook | mend |  | notMeasured | nothing looks at documents yet",
		"operations | notice | 2d before maintenance | 1 in time | ok | ",
		"performance | throughput | 200/s | 250/s | ok | so many there were in 30d",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if rows := Rows(flowOf(t, request, "{}"), well()); len(rows) > 0 {
		t.Errorf("without targets: %+v", rows)
	}
}

// Each case changes one thing; the row of that target stands as told.
func TestStates(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	status := func(s slo.Status) func(*Seen) { return func(v *Seen) { v.Objectives[0].Status = s } }
	for name, c := range map[string]struct {
		change func(*Seen)
		target string
		want   string // measured | state | text
	}{
		"exhausted":           {status(slo.Status{State: slo.Exhausted, Measured: 0.98, Budget: -19}), "availability", "98% | missed | the error budget is used up"},
		"burning":             {status(slo.Status{State: slo.Burning, Measured: 0.9995, Budget: 0.5}), "availability", "99.95% | ok | 50% of the error budget is left, and it burns too fast"},
		"too little traffic":  {status(slo.Status{State: slo.Unknown, Reason: slo.NotEnough, Total: 12}), "availability", " | unknown | 12 requests are too few to say: at least 100 are needed"},
		"metrics are away":    {status(slo.Status{State: slo.Unknown, Reason: slo.NoData}), "availability", " | unknown | no figures come, or too few of them"},
		"nobody looks":        {func(v *Seen) { v.Objectives = nil }, "latency p99", " | notMeasured | nobody looks at it in prod"},
		"anonymous":           {func(v *Seen) { v.Anonymous = 3 }, "authentication", "3 of 340 | missed | 3 of its requests in 30d were answered though nobody said who asks"},
		"in the clear":        {func(v *Seen) { v.Plain = 340 }, "encryption", "340 of 340 | missed | 340 of its requests in 30d came from outside without TLS"},
		"nobody came":         {func(v *Seen) { v.Requests = 0 }, "authentication", " | unknown | nobody has taken it in 30d"},
		"requests unknown":    {func(v *Seen) { v.Requests = nan }, "encryption", " | unknown | no figures come"},
		"plain unknown":       {func(v *Seen) { v.Plain = nan }, "encryption", " | unknown | no figures come"},
		"too dear":            {func(v *Seen) { v.Cost.PerThousand = 0.404 }, "per thousand", "0.404 EUR | missed | as 30d went"},
		"very cheap":          {func(v *Seen) { v.Cost.PerThousand = 0.00031 }, "per thousand", "0.00031 EUR | ok | as 30d went"},
		"dear in a month":     {func(v *Seen) { v.Cost.PerMonth = 900.01 }, "per month", "900.01 EUR | missed | as 30d went"},
		"no prices":           {func(v *Seen) { v.Currency = "" }, "per month", " | notMeasured | there are no prices in prod: give the Environment some"},
		"other currency":      {func(v *Seen) { v.Currency = "USD" }, "per month", " | notMeasured | prices in prod are in USD, and the target in EUR"},
		"cost is not known":   {func(v *Seen) { v.Cost = nil }, "per month", " | unknown | no figures come"},
		"cost is unknown":     {func(v *Seen) { v.Cost.PerMonth, v.Cost.Missing = nan, []string{"what tickets uses is not known"} }, "per month", " | unknown | what tickets uses is not known"},
		"cost without reason": {func(v *Seen) { v.Cost.PerMonth = math.Inf(1) }, "per month", " | unknown | it cannot be said from what is known"},
		"slow to recover":     {func(v *Seen) { v.Recovery = 90 * time.Minute }, "recovery", "1h30m | missed | the mean of 2 times that people were woken in 30d"},
		"never failed":        {func(v *Seen) { v.Failures = 0 }, "recovery", " | unknown | nobody was woken for it in 30d, so that nothing had to recover"},
		"recovery unknown":    {func(v *Seen) { v.Failures = -1 }, "recovery", " | unknown | how long it took is not known"},
		"not long measured":   {func(v *Seen) { v.Span, v.Failures = 20*time.Minute, 0 }, "recovery", " | unknown | nobody was woken for it in 30d, so that nothing had to recover"},
		"announced late":      {func(v *Seen) { v.Works, v.Late = 3, 2 }, "notice", "2 of 3 too late | missed | what is announced too late counts against the error budget"},
		"nothing announced":   {func(v *Seen) { v.Works = 0 }, "notice", " | unknown | no maintenance was announced in 30d"},
		"announced unknown":   {func(v *Seen) { v.Works = -1 }, "notice", " | unknown | what was announced is not known"},
		"never so many":       {func(v *Seen) { v.Peak = 12.34 }, "throughput", "12.3/s | unknown | more was not asked for in 30d; only a load test can show it"},
		"peak unknown":        {func(v *Seen) { v.Peak = nan }, "throughput", " | unknown | no figures come"},
		"peak as wanted":      {func(v *Seen) { v.Peak = 200 }, "throughput", "200/s | ok | so many there were in 30d"},
	} {
		seen := well()
		c.change(&seen)
		rows := Rows(flowOf(t, request, everything), seen)
		i := slices.IndexFunc(rows, func(r Row) bool { return r.Target == c.target })
		if got := fmt.Sprintf("%s | %s | %s", rows[i].Measured, rows[i].State, rows[i].Text); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// Where nothing is known, nothing is said to be reached.
func TestNothingIsKnown(t *testing.T) {
	t.Parallel()
	for _, step := range []string{request, event} {
		rows := Rows(flowOf(t, step, everything), None("prod", day))
		if len(rows) != 11 {
			t.Errorf("%d rows", len(rows))
		}
		for _, r := range rows {
			if r.State != Unknown && r.State != NotMeasured || r.Text == "" || r.Measured != "" {
				t.Errorf("%s", line(r))
			}
		}
	}
}

// What asks for nothing is reached, and what are no requests is not measured.
func TestOthers(t *testing.T) {
	t.Parallel()
	rows := Rows(flowOf(t, request, "{security: {authentication: optional, encryption: none}}"), None("prod", day))
	if len(rows) != 2 || rows[0].State != OK || rows[1].State != OK || rows[0].Wanted != "optional" {
		t.Errorf("%+v", rows)
	}
	rows = Rows(flowOf(t, event, "{security: {authentication: required}, performance: {throughput: 1/s}}"), well())
	if len(rows) != 2 || rows[0].State != NotMeasured || rows[1].State != NotMeasured {
		t.Errorf("%+v", rows)
	}
	rows = Rows(flowOf(t, request, `{reliability: {availability: 99%, windows: [{from: "09:00", to: "10:00"}]}}`), Seen{Span: day})
	if len(rows) != 1 || !strings.HasSuffix(rows[0].Wanted, "in its own hours") || rows[0].Text != "nobody looks at it here" {
		t.Errorf("%+v", rows)
	}
}

func TestSpan(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{30 * day: "30d", 36 * time.Hour: "36h", 90 * time.Minute: "1h30m", 15 * time.Minute: "15m", 61 * time.Second: "1m1s",
		300 * time.Millisecond: "300ms", time.Second: "1s", 10 * time.Minute: "10m", 20 * time.Hour: "20h", 0: "0s"} {
		if got := span(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}
