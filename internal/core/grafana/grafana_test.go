package grafana

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/manifest"
)

func flowOf(t testing.TB, name, criticality, targets string) flow.Flow {
	t.Helper()
	text := fmt.Sprintf("apiVersion: slipway.dev/v1\nkind: Flow\nmetadata: {name: %s, team: box-office}\nspec: {type: user, impact: 'It ${costs} <b>{{ }}', criticality: %s, start: seat, end: ticket, steps: [{service: tickets, request: POST /orders}], targets: %s}\n", name, criticality, targets)
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

func flows(t testing.TB) []flow.Flow {
	return []flow.Flow{
		flowOf(t, "create", "low", "{}"), flowOf(t, "search", "medium", "{reliability: {latency: {p999: 2s}}}"),
		flowOf(t, "sign-in", "high", "{reliability: {availability: 99.9%, latency: {p95: 250ms, p99: 1s}}, operations: {runbook: mend}}"),
		flowOf(t, "purchase", "high", "{reliability: {availability: 100%}}"), flowOf(t, "list", "medium", "{}"),
	}
}

// read gives the dashboard as others read it, and all its panels.
func read(t *testing.T, of []flow.Flow) (d dashboard, all []panel) {
	t.Helper()
	raw, err := Dashboard(of)
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		t.Fatal(err)
	}
	for _, p := range d.Panels {
		all = append(append(all, p), p.Panels...)
	}
	return d, all
}

func TestStructure(t *testing.T) {
	t.Parallel()
	d, all := read(t, flows(t))
	if d.UID != UID || len(d.UID) > 40 || d.ID != nil || d.SchemaVersion != schemaVersion || d.Title == "" || len(d.Templating.List) != 2 {
		t.Errorf("%+v", d)
	}
	var rows []string
	ids := map[int]bool{}
	for _, p := range all {
		if ids[p.ID] || p.ID <= 0 || p.Title == "" {
			t.Errorf("panel %d %q", p.ID, p.Title)
		}
		ids[p.ID] = true
		if p.Type == "row" {
			rows = append(rows, fmt.Sprintf("%s %v", p.Title, *p.Collapsed))
			if *p.Collapsed != (len(p.Panels) > 0) {
				t.Errorf("row %s has %d panels", p.Title, len(p.Panels))
			}
			continue
		}
		queries(t, p)
	}
	if got := strings.Join(rows, ", "); got != "All flows false, Services true, Instances true, purchase · high · box-office false, sign-in · high · box-office false, "+
		"list · medium · box-office true, search · medium · box-office true, create · low · box-office true" {
		t.Error(got)
	}
	overlap(t, d.Panels)
	for _, p := range d.Panels {
		overlap(t, p.Panels)
	}
}

// queries looks at what a panel asks for.
func queries(t *testing.T, p panel) {
	t.Helper()
	if p.Datasource == nil || *p.Datasource != prometheus || len(p.Targets) == 0 || p.FieldConfig == nil || p.FieldConfig.Defaults.Unit == "" || p.Options == nil {
		t.Errorf("%+v", p)
	}
	refs := map[string]bool{}
	for _, q := range p.Targets {
		if refs[q.RefID] || q.RefID == "" || q.Expr == "" || q.Legend == "" || q.Datasource != prometheus || q.Range == q.Instant {
			t.Errorf("%s: %+v", p.Title, q)
		}
		refs[q.RefID] = true
	}
}

// overlap says that panels keep to the grid and to their own places.
func overlap(t *testing.T, panels []panel) {
	t.Helper()
	for i, p := range panels {
		g := p.Grid
		if g.W < 1 || g.H < 1 || g.X < 0 || g.X+g.W > width {
			t.Errorf("%s at %+v", p.Title, g)
		}
		for _, o := range panels[:i] {
			if h := o.Grid; g.X < h.X+h.W && h.X < g.X+g.W && g.Y < h.Y+h.H && h.Y < g.Y+g.H {
				t.Errorf("%s at %+v is over %s at %+v", p.Title, g, o.Title, h)
			}
		}
	}
}

// exported is what Slipway's /metrics has of flows and what they run on, with its labels.
var exported = map[string]string{
	"slipway_flow_requests_total": "flow step service release environment", "slipway_flow_errors_total": "flow step service release environment",
	"slipway_flow_anonymous_total": "flow step service release environment", "slipway_flow_plain_total": "flow step service release environment",
	"slipway_flow_duration_seconds_bucket": "flow step service release environment le", "slipway_flow_duration_seconds_count": "flow step service release environment",
	"slipway_requests_total": "service release environment code", "slipway_request_bytes_total": "service release environment direction",
	"slipway_instance_cpu_seconds_total": "service release environment instance", "slipway_instance_memory_bytes": "service release environment instance",
	"slipway_instance_restarts_total": "service release environment instance", "slipway_instances": "service release environment state",
	"slipway_slo_objective": "flow environment objective", "slipway_slo_measured": "flow environment objective",
	"slipway_slo_budget_remaining": "flow environment objective", "slipway_slo_burn_rate": "flow environment objective window",
}

var (
	metric  = regexp.MustCompile(`\bslipway_[a-z_]+`)
	matcher = regexp.MustCompile(`[{,]([a-z_]+)(=|!=|=~|!~)"`)
	grouped = regexp.MustCompile(`\bby \(([^)]*)\)`)
	shown   = regexp.MustCompile(`\{\{([a-z_]+)\}\}`)
)

// Every metric that a panel names is one that Slipway exports, with every label that is asked of it.
func TestMetricsAreExported(t *testing.T) {
	t.Parallel()
	d, all := read(t, flows(t))
	seen := map[string]bool{}
	check := func(expr, legend string) {
		var labels []string
		for _, name := range metric.FindAllString(expr, -1) {
			seen[name] = true
			if exported[name] == "" {
				t.Errorf("%s is not exported: %s", name, expr)
			}
			labels = append(labels, strings.Fields(exported[name])...)
		}
		var asked []string
		for _, m := range matcher.FindAllStringSubmatch(expr, -1) {
			asked = append(asked, m[1])
		}
		by := grouped.FindStringSubmatch(expr)
		if by != nil {
			asked = append(asked, strings.Split(by[1], ", ")...)
		}
		for _, name := range asked {
			if !slices.Contains(labels, name) {
				t.Errorf("nothing in %s has the label %s", expr, name)
			}
		}
		for _, m := range shown.FindAllStringSubmatch(legend, -1) {
			if !slices.Contains(labels, m[1]) || by != nil && !strings.Contains(by[1], m[1]) {
				t.Errorf("%s does not have the label %s of its legend", expr, m[1])
			}
		}
	}
	for _, p := range all {
		for _, q := range p.Targets {
			check(q.Expr, q.Legend)
		}
	}
	check(d.Templating.List[1].Definition, "")
	for _, name := range []string{"slipway_flow_requests_total", "slipway_flow_errors_total", "slipway_flow_duration_seconds_bucket", "slipway_slo_budget_remaining", "slipway_slo_burn_rate"} {
		if !seen[name] {
			t.Errorf("%s is not shown", name)
		}
	}
}

// The targets are in the panels: what may fail, and how long it may take.
func TestTargets(t *testing.T) {
	t.Parallel()
	_, all := read(t, flows(t))
	var lines []string
	for _, p := range all {
		for _, q := range p.Targets {
			if strings.HasPrefix(q.Expr, "vector(") || strings.Contains(q.Expr, "0.999") {
				lines = append(lines, q.Expr[:min(len(q.Expr), 25)]+" "+q.Legend)
			}
		}
	}
	for _, want := range []string{"vector(0.001) may fail over 30d", "vector(0.25) p95 must be below it", "vector(1) p99 must be below it", "histogram_quantile(0.999, p999"} {
		if !slices.Contains(lines, want) {
			t.Errorf("no %q in %q", want, lines)
		}
	}
}

// The same flows, in whatever order, give the same bytes; what people wrote is no template.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	of := flows(t)
	first, err := Dashboard(of)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(of)
	for range 20 {
		again, err := Dashboard(of)
		if err != nil || !bytes.Equal(first, again) {
			t.Fatal("it is another one", err)
		}
	}
	if s := string(first); strings.Contains(s, "${costs}") || strings.Contains(s, "<b>") || strings.Contains(s, `\u003cb\u003e`) {
		t.Error("a text is taken for a template")
	}
	if empty, err := Dashboard(nil); err != nil || !json.Valid(empty) || strings.Contains(string(empty), `"panels": null`) {
		t.Errorf("%s, %v", empty, err)
	}
}

// TestPromtool has Prometheus' own tool read every query, with Grafana's variables filled in.
func TestPromtool(t *testing.T) {
	t.Parallel()
	path, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not on this machine; Debian has it in the package prometheus")
	}
	type rule struct {
		Record string `yaml:"record"`
		Expr   string `yaml:"expr"`
	}
	type group struct {
		Name  string `yaml:"name"`
		Rules []rule `yaml:"rules"`
	}
	g := group{Name: "dashboard"}
	_, all := read(t, flows(t))
	for _, p := range all {
		for _, q := range p.Targets {
			expr := strings.NewReplacer("$__rate_interval", "2m", "$environment", "prod").Replace(q.Expr)
			g.Rules = append(g.Rules, rule{fmt.Sprintf("panel%d:%s", p.ID, q.RefID), expr})
		}
	}
	raw, err := yaml.Dump(map[string]any{"groups": []group{g}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), path, "check", "rules", file).CombinedOutput(); err != nil || len(g.Rules) < 40 {
		t.Errorf("%d queries: %v\n%s", len(g.Rules), err, out)
	}
}
