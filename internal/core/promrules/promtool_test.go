package promrules

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/slo"
)

// promtool runs Prometheus' own tool in a folder that has the files.
func promtool(t *testing.T, files map[string][]byte, args ...string) {
	t.Helper()
	path, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not on this machine; Debian has it in the package prometheus")
	}
	dir := t.TempDir()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.CommandContext(t.Context(), path, args...)
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%v\n%.4000s", err, out)
	}
}

// Prometheus takes the rules of all kinds of objectives.
func TestPromtoolChecks(t *testing.T) {
	t.Parallel()
	hard := flowOf(t, "hard", orders, "availability: 100%, latency: {p50: 1s, p999: 2.5s}, window: 7d", ", operations: {notice: 48h, runbook: x}")
	hard.Spec.Impact = "It is \"bad\" {{ . }}\nfor all: # yes"
	file := Make([]flow.Flow{
		flowOf(t, "purchase", orders, "availability: 99.9%, latency: {p99: 300ms}", ""), hard,
		flowOf(t, "mixed", orders+", {service: s, event: e, metric: e_total, failed: e_failed_total}", "availability: 99%", ""),
		flowOf(t, "away", orders, `availability: 99%, hours: business, measure: {good: "sum(increase(ok{x=\"\\\"\"}[window]))", total: "sum(increase(all[window]))"}`, ""),
		flowOf(t, "brief", orders, "availability: 99%, window: 1h", ""),
	}, []string{"staging", "prod"})
	raw, err := file.YAML()
	if err != nil {
		t.Fatal(err)
	}
	promtool(t, map[string][]byte{"rules.yaml": raw}, "check", "rules", "--lint-fatal", "rules.yaml")
	empty, err := Make(nil, nil).YAML()
	if err != nil {
		t.Fatal(err)
	}
	promtool(t, map[string][]byte{"empty.yaml": empty}, "check", "rules", "empty.yaml")
}

// trace is what happened to a flow, minute by minute.
type trace struct{ total, bad, slow []float64 }

// happens makes three days with failures of all sizes, and two hours of little traffic.
func happens(seed uint64) (tr trace) {
	r := rand.New(rand.NewPCG(seed, 0))
	share, slow := 0.0, 0.0
	for m := range 3 * 24 * 60 {
		if m%47 == 0 {
			share, slow = pick(r, 0, 0, 0, 0.004, 0.02, 0.05, 0.1, 0.3), pick(r, 0, 0, 0.01, 0.04, 0.2)
		}
		n := float64(100 + r.IntN(50))
		bad := math.Round(n * share)
		if h := m / 60; h >= 30 && h < 33 { // too few to say anything, though many of them fail
			n, bad = 1, float64(1-min(1, m%3))
		}
		tr.total = append(tr.total, n)
		tr.bad = append(tr.bad, bad)
		tr.slow = append(tr.slow, math.Round(n*slow))
	}
	return tr
}

func pick(r *rand.Rand, from ...float64) float64 { return from[r.IntN(len(from))] }

// begin is where promtool's time begins.
var begin = time.Unix(0, 0).UTC()

func buckets(total, bad []float64, until int) (out []slo.Bucket) {
	for m := range until {
		out = append(out, slo.Bucket{Start: begin.Add(time.Duration(m) * time.Minute), Length: time.Minute, Total: total[m], Bad: bad[m], Known: true})
	}
	return out
}

// cumulative writes a counter as promtool reads it: its value at the end of each minute.
func cumulative(values []float64) string {
	var b strings.Builder
	b.WriteString("0")
	sum := 0.0
	for _, v := range values {
		sum += v
		fmt.Fprintf(&b, " %v", sum)
	}
	return b.String()
}

// The parts of a file of promtool's unit tests.
type (
	units struct {
		RuleFiles []string `yaml:"rule_files"`
		Interval  string   `yaml:"evaluation_interval"`
		Tests     []unit   `yaml:"tests"`
	}
	unit struct {
		Interval string        `yaml:"interval"`
		Series   []input       `yaml:"input_series"`
		Exprs    []expectation `yaml:"promql_expr_test"`
	}
	input struct {
		Series string `yaml:"series"`
		Values string `yaml:"values"`
	}
	expectation struct {
		Expr    string   `yaml:"expr"`
		At      string   `yaml:"eval_time"`
		Samples []sample `yaml:"exp_samples"`
	}
	sample struct {
		Labels string  `yaml:"labels"`
		Value  float64 `yaml:"value"`
	}
)

// TestAgrees has Prometheus evaluate the rules on the same series as core/slo: they fire at the
// same times.
func TestAgrees(t *testing.T) {
	t.Parallel()
	f := flowOf(t, "purchase", orders, "availability: 99%, latency: {p95: 250ms}, minimum: 200", "")
	rules, err := Make([]flow.Flow{f}, []string{"prod"}).YAML()
	if err != nil {
		t.Fatal(err)
	}
	tr := happens(7)
	within := make([]float64, len(tr.total))
	for i := range within {
		within[i] = tr.total[i] - tr.slow[i]
	}
	const at = `environment="prod",flow="purchase",step="order",service="tickets",release="r1"`
	u := unit{Interval: "1m", Series: []input{
		{`slipway_flow_requests_total{` + at + `}`, cumulative(tr.total)}, {`slipway_flow_errors_total{` + at + `}`, cumulative(tr.bad)},
		{`slipway_flow_duration_seconds_bucket{` + at + `,le="0.25"}`, cumulative(within)}, {`slipway_flow_duration_seconds_bucket{` + at + `,le="+Inf"}`, cumulative(tr.total)},
		{`slipway_flow_requests_total{environment="staging",flow="purchase"}`, "0+1000x4320"}, {`slipway_flow_requests_total{environment="prod",flow="other"}`, "0+1000x4320"},
	}}
	fired := map[string]int{}
	for _, o := range slo.Objectives(f) {
		bad := tr.bad
		if o.Bound > 0 {
			bad = tr.slow
		}
		for minute := 90; minute <= len(tr.total); minute += 30 {
			s := slo.Evaluate(o, buckets(tr.total, bad, minute), nil, begin.Add(time.Duration(minute)*time.Minute))
			if near(s) {
				continue
			}
			u.Exprs = append(u.Exprs, expected(o, s, minute, fired))
		}
	}
	for _, window := range []string{"1h", "6h", "1d", "3d", "none"} {
		if fired[window] < 3 {
			t.Errorf("%s was seen %d times: the test looks at nothing", window, fired[window])
		}
	}
	raw, err := yaml.Dump(units{RuleFiles: []string{"rules.yaml"}, Interval: "30m", Tests: []unit{u}}, yaml.WithLineWidth(-1))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d looks; alerts in them: %v", len(u.Exprs), fired)
	promtool(t, map[string][]byte{"rules.yaml": rules, "test.yaml": raw}, "test", "rules", "test.yaml")
}

// near says that a rule is so near to its factor that rounding decides.
func near(s slo.Status) bool {
	return slices.ContainsFunc(s.Burn, func(b slo.Burn) bool {
		close := func(rate float64) bool { return math.Abs(rate-b.Factor) < 0.02*b.Factor }
		return close(b.LongRate) || close(b.ShortRate)
	})
}

// expected are the alerts that fire when core/slo says so, one for each long window.
func expected(o slo.Objective, s slo.Status, minute int, fired map[string]int) expectation {
	e := expectation{At: fmt.Sprintf("%dm", minute),
		Expr: fmt.Sprintf(`count by (window, severity) (ALERTS{alertname=%q,alertstate="firing",objective=%q,flow="purchase",environment="prod",team="box-office"})`, alertName, o.Name)}
	for _, b := range s.Burn {
		if b.Firing {
			fired[Span(b.Long)]++
			e.Samples = append(e.Samples, sample{fmt.Sprintf(`{window=%q,severity=%q}`, Span(b.Long), b.Severity), 1})
		}
	}
	if len(e.Samples) == 0 {
		fired["none"]++
	}
	return e
}

// The budget that is left agrees, too; and one that allows nothing is gone with the first
// failure.
func TestBudgetAgrees(t *testing.T) {
	t.Parallel()
	f, strict := flowOf(t, "purchase", orders, "availability: 95%, window: 2d", ""), flowOf(t, "strict", orders, "availability: 100%, window: 2d", "")
	rules, err := Make([]flow.Flow{f, strict}, []string{"prod"}).YAML()
	if err != nil {
		t.Fatal(err)
	}
	tr := happens(3)
	u := unit{Interval: "1m"}
	for _, name := range []string{"purchase", "strict"} {
		u.Series = append(u.Series, input{`slipway_flow_requests_total{environment="prod",flow="` + name + `"}`, cumulative(tr.total)},
			input{`slipway_flow_errors_total{environment="prod",flow="` + name + `"}`, cumulative(tr.bad)})
	}
	for minute := 600; minute <= len(tr.total); minute += 240 {
		at := fmt.Sprintf("%dm", minute)
		s := slo.Evaluate(slo.Objectives(f)[0], buckets(tr.total, tr.bad, minute), nil, begin.Add(time.Duration(minute)*time.Minute))
		u.Exprs = append(u.Exprs,
			expectation{fmt.Sprintf(`abs(slipway:slo_budget_remaining:ratio{flow="purchase"} - %v) < bool 0.01`, s.Budget), at, []sample{{`{environment="prod",flow="purchase",objective="availability"}`, 1}}},
			expectation{`slipway:slo_budget_remaining:ratio{flow="strict"}`, at, []sample{{`slipway:slo_budget_remaining:ratio{environment="prod",flow="strict",objective="availability"}`, 0}}},
			expectation{`count(ALERTS{flow="strict",window="1d",alertstate="firing"})`, at, []sample{{`{}`, 1}}})
	}
	u.Exprs = slices.DeleteFunc(u.Exprs, func(e expectation) bool { // the ticket needs a failure in its last two hours
		return strings.HasPrefix(e.Expr, "count") && !failedLately(tr, e.At)
	})
	raw, err := yaml.Dump(units{RuleFiles: []string{"rules.yaml"}, Interval: "30m", Tests: []unit{u}}, yaml.WithLineWidth(-1))
	if err != nil {
		t.Fatal(err)
	}
	promtool(t, map[string][]byte{"rules.yaml": rules, "test.yaml": raw}, "test", "rules", "test.yaml")
}

func failedLately(tr trace, at string) bool {
	d, err := time.ParseDuration(at)
	minute := int(d / time.Minute)
	return err == nil && slices.ContainsFunc(tr.bad[minute-119:minute], func(bad float64) bool { return bad > 0 })
}
