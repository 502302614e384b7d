package promrules

import (
	"slices"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/slo"
)

func TestEvents(t *testing.T) {
	t.Parallel()
	const at = `environment="prod",flow="purchase"`
	requests := `sum(increase(slipway_flow_requests_total{` + at + `}[5m]))`
	for name, c := range map[string]struct{ steps, targets, objective, total, bad string }{
		"requests":                 {orders, "availability: 99%", "availability", requests, `(sum(increase(slipway_flow_errors_total{` + at + `}[5m])) or vector(0))`},
		"latency":                  {orders, "latency: {p99: 300ms}", "latency-p99", requests, requests + ` - sum(increase(slipway_flow_duration_seconds_bucket{` + at + `,le="0.3"}[5m]))`},
		"latency of whole seconds": {orders, "latency: {p50: 2s}", "latency-p50", requests, requests + ` - sum(increase(slipway_flow_duration_seconds_bucket{` + at + `,le=~"2(\\.0)?"}[5m]))`},
		"an event": {"{service: telemetry, event: point, metric: points_total, failed: points_failed_total}", "availability: 99%", "availability",
			`sum(increase(points_total{environment="prod",service="telemetry"}[5m]))`, `(sum(increase(points_failed_total{environment="prod",service="telemetry"}[5m])) or vector(0))`},
		"an event that cannot fail": {"{service: telemetry, event: point, metric: points_total}", "availability: 99%", "availability",
			`sum(increase(points_total{environment="prod",service="telemetry"}[5m]))`, `vector(0)`},
		"both": {orders + ", {service: telemetry, event: point, metric: points_total}", "availability: 99%", "availability",
			`(` + requests + ` or vector(0)) + (sum(increase(points_total{environment="prod",service="telemetry"}[5m])) or vector(0))`, `(sum(increase(slipway_flow_errors_total{` + at + `}[5m])) or vector(0))`},
		"measured elsewhere": {orders, `availability: 99%, measure: {good: "sum(increase(ok[window]))", total: "sum(increase(all[window]))"}`, "availability",
			`sum(sum(increase(all[5m])))`, `sum(sum(increase(all[5m]))) - sum(sum(increase(ok[5m])))`},
		"latency, measured elsewhere": {orders, `latency: {p99: 300ms}, availability: 99%, measure: {good: "ok[window]", total: "all[window]"}`, "latency-p99",
			requests, requests + ` - sum(increase(slipway_flow_duration_seconds_bucket{` + at + `,le="0.3"}[5m]))`},
		"nothing counts it":          {"{service: telemetry, event: point}", "availability: 99%", "availability", "", ""},
		"nothing counts its latency": {"{service: telemetry, event: point, metric: points_total}", "latency: {p99: 300ms}", "latency-p99", "", ""},
	} {
		f := flowOf(t, "purchase", c.steps, c.targets, "")
		for _, o := range slo.Objectives(f) {
			if o.Name != c.objective {
				continue
			}
			if total, bad := Events(f, o.In("prod"), "5m"); total != c.total || bad != c.bad {
				t.Errorf("%s:\n%s\n%s\nwant\n%s\n%s", name, total, bad, c.total, c.bad)
			}
		}
	}
	f := flowOf(t, "purchase", orders, "availability: 99%", "")
	total, bad := Events(f, slo.Objectives(f)[0].In("prod"), "")
	if total != `sum(slipway_flow_requests_total{`+at+`})` || bad != `(sum(slipway_flow_errors_total{`+at+`}) or vector(0))` {
		t.Errorf("without a range: %s, %s", total, bad)
	}
}

func TestMake(t *testing.T) {
	t.Parallel()
	f := flowOf(t, "purchase", orders, "availability: 99.9%, latency: {p99: 300ms}, minimum: 50", ", operations: {runbook: mend-purchase}")
	f.Spec.Impact = "Nobody buys {{ this }}"
	file := Make([]flow.Flow{flowOf(t, "plain", orders, "", ""), f}, []string{"staging", "prod"})
	if len(file.Groups) != 4 || file.Groups[2].Name != "slipway/prod/purchase" || file.Groups[3].Name != "slipway/prod/purchase/period" || len(file.Notes) != 0 {
		t.Fatalf("%+v", file)
	}
	var records, alerts []string
	for _, r := range file.Groups[2].Rules {
		if r.Labels["environment"] != "prod" || r.Labels["flow"] != "purchase" || r.Labels["objective"] == "" {
			t.Errorf("%+v", r)
		}
		if r.Alert != "" {
			alerts = append(alerts, r.Labels["objective"]+" "+r.Labels["severity"]+" "+r.Labels["window"])
			if r.Labels["team"] != "box-office" || r.Labels["criticality"] != "high" || r.Labels["runbook"] != "mend-purchase" || strings.Contains(r.Annotations["impact"], "{{") {
				t.Errorf("%+v", r)
			}
			continue
		}
		if r.Labels["objective"] == "availability" {
			records = append(records, strings.TrimPrefix(r.Record, "slipway:"))
		}
	}
	if got := strings.Join(records, " "); got != "slo_bad:ratio_rate5m slo_bad:ratio_rate1h slo_events:increase1h slo_bad:ratio_rate30m slo_bad:ratio_rate6h slo_events:increase6h "+
		"slo_bad:ratio_rate2h slo_bad:ratio_rate1d slo_events:increase1d slo_events:increase3d slo_bad:ratio_rate3d" && len(records) != 11 {
		t.Error(got)
	}
	if got := strings.Join(alerts, ", "); got != "availability page 1h, availability page 6h, availability ticket 1d, availability ticket 3d, latency-p99 page 1h, latency-p99 page 6h, latency-p99 ticket 1d, latency-p99 ticket 3d" {
		t.Error(got)
	}
	i := slices.IndexFunc(file.Groups[2].Rules, func(r Rule) bool { return r.Alert != "" })
	const at = `{environment="prod",flow="purchase",objective="availability"}`
	if got := file.Groups[2].Rules[i].Expr; got != "slipway:slo_bad:ratio_rate1h"+at+" >= 14.4 * 0.001\nand\nslipway:slo_bad:ratio_rate5m"+at+" >= 14.4 * 0.001\nand\nslipway:slo_events:increase1h"+at+" >= 50" {
		t.Error(got)
	}
	if got := file.Groups[3].Rules[1]; got.Record != "slipway:slo_budget_remaining:ratio" || got.Expr != "1 - slipway:slo_bad:ratio_rate30d"+at+" / 0.001" {
		t.Errorf("%+v", got)
	}
}

// What Prometheus cannot be told is said.
func TestNotes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		f    flow.Flow
		says []string
	}{
		"hours":   {flowOf(t, "a", orders, "availability: 99%, hours: business", ""), []string{"flow a in prod: its targets hold in certain hours only"}},
		"always":  {flowOf(t, "a", orders, "availability: 99%, hours: always", ""), nil},
		"windows": {flowOf(t, "a", orders, `availability: 99%, windows: [{from: "09:00", to: "10:00"}]`, ""), []string{"in certain hours only"}},
		"notice":  {flowOf(t, "a", orders, "availability: 99%", ", operations: {notice: 48h}"), []string{"planned maintenance"}},
		"nothing": {flowOf(t, "a", "{service: s, event: e}", "availability: 99%, latency: {p99: 1s}", ""), []string{"nothing counts its availability", "nothing counts its latency-p99"}},
	} {
		file := Make([]flow.Flow{c.f}, []string{"prod"})
		if len(file.Notes) != len(c.says) || (name == "nothing") != (len(file.Groups) == 0) {
			t.Errorf("%s: %+v", name, file)
			continue
		}
		for i, says := range c.says {
			if !strings.Contains(file.Notes[i], says) {
				t.Errorf("%s: %s", name, file.Notes[i])
			}
		}
		raw, err := file.YAML()
		if err != nil || strings.Count(string(raw), "\n# flow a") != len(c.says) {
			t.Errorf("%s: %v\n%s", name, err, raw)
		}
	}
}

// A target of 100% has no budget: its first failure is told.
func TestNoBudget(t *testing.T) {
	t.Parallel()
	file := Make([]flow.Flow{flowOf(t, "a", orders, "availability: 100%", "")}, []string{"prod"})
	for _, r := range file.Groups[0].Rules {
		if r.Alert != "" && (strings.Contains(r.Expr, "* 0") || strings.Count(r.Expr, " > 0") != 2) {
			t.Error(r.Expr)
		}
	}
	if expr := file.Groups[1].Rules[1].Expr; strings.Contains(expr, "/ 0") {
		t.Error(expr)
	}
}

// A short period has fewer rules, and one that is shorter than all windows has no alerts.
func TestShortPeriods(t *testing.T) {
	t.Parallel()
	for window, groups := range map[string]int{"12h": 2, "1h": 1, "2h": 2} {
		if file := Make([]flow.Flow{flowOf(t, "a", orders, "availability: 99%, window: "+window, "")}, []string{"prod"}); len(file.Groups) != groups {
			t.Errorf("%s: %+v", window, file)
		}
	}
}

func TestSpan(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{5 * time.Minute: "5m", 90 * time.Minute: "90m", 24 * time.Hour: "1d", 30 * 24 * time.Hour: "30d", 36 * time.Hour: "36h", time.Second: "1s", 1500 * time.Millisecond: "1500ms"} {
		if got := Span(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}
