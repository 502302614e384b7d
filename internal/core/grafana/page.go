package grafana

import (
	"fmt"
	"strings"

	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/promrules"
	"slipway.dev/internal/core/slo"
)

// width is how many columns Grafana's grid has.
const width = 24

// page places panels from the top.
type page struct {
	panels []panel
	id     int
	y      int // where the next one begins
}

// row adds a row of panels, all of a height and as wide as the row has place. The panels of a
// collapsed row ask for nothing until it is opened.
func (p *page) row(title string, collapsed bool, height int, panels ...panel) {
	p.id++
	row := panel{ID: p.id, Type: "row", Title: title, Grid: grid{1, width, 0, p.y}, Collapsed: &collapsed}
	p.y++
	for i := range panels {
		p.id++
		w := width / len(panels)
		panels[i].ID, panels[i].Grid = p.id, grid{height, w, i * w, p.y}
	}
	if collapsed {
		row.Panels = panels
		p.panels = append(p.panels, row)
		return
	}
	p.y += height
	p.panels = append(append(p.panels, row), panels...)
}

// here matches what is of the environment that was chosen.
const here = `environment="$environment"`

// overview shows all flows, and what they run on.
func (p *page) overview() {
	left := stat("Error budget that is left", "percentunit", `min by (flow) (slipway_slo_budget_remaining{`+here+`})`, "{{flow}}")
	left.Description = "Of each flow's worst objective. What is not measured, or has too little traffic, has none."
	left.FieldConfig.Defaults.Thresholds = steps("red", at(0, "orange"), at(0.25, "green"))
	p.row("All flows", false, 6, left)
	p.row("Services", true, 8,
		series("Requests by service", "reqps", q(`sum by (service) (rate(slipway_requests_total{`+here+`}[$__rate_interval]))`, "{{service}}")),
		series("Failed requests by service", "reqps", q(`sum by (service, code) (rate(slipway_requests_total{`+here+`,code=~"5xx|edge"}[$__rate_interval]))`, "{{service}} {{code}}")),
		series("Data by service", "Bps", q(`sum by (service, direction) (rate(slipway_request_bytes_total{`+here+`}[$__rate_interval]))`, "{{service}} {{direction}}")))
	p.row("Instances", true, 8,
		series("CPU by service", "none", q(`sum by (service) (rate(slipway_instance_cpu_seconds_total{`+here+`}[$__rate_interval]))`, "{{service}}")),
		series("Memory by service", "bytes", q(`sum by (service) (slipway_instance_memory_bytes{`+here+`})`, "{{service}}")),
		series("Instances", "none", q(`sum by (service, state) (slipway_instances{`+here+`})`, "{{service}} {{state}}")),
		series("Restarts", "none", q(`sum by (service) (increase(slipway_instance_restarts_total{`+here+`}[$__rate_interval]))`, "{{service}}")))
}

// flow shows one flow. Those of high criticality are open.
func (p *page) flow(f flow.Flow) {
	of := here + ",flow=" + promrules.Quote(f.Name)
	requests := series("Requests by step", "reqps", q(`sum by (step) (rate(slipway_flow_requests_total{`+of+`}[$__rate_interval]))`, "{{step}}"))
	requests.Description = about(f)
	errors := series("Share that fails", "percentunit",
		q(`sum(rate(slipway_flow_errors_total{`+of+`}[$__rate_interval])) / sum(rate(slipway_flow_requests_total{`+of+`}[$__rate_interval]))`, "failed"))
	errors.FieldConfig.Defaults.Min = number(0)
	latency := series("Time until the answer begins", "s", percentiles(f, of)...)
	for _, o := range slo.Objectives(f) {
		if o.Bound == 0 && o.Target < 1 {
			errors.limit(1-o.Target, "may fail over "+promrules.Span(o.Window))
		}
		if o.Bound > 0 {
			latency.limit(o.Bound.Seconds(), strings.TrimPrefix(o.Name, "latency-")+" must be below it")
		}
	}
	budget := series("Error budget that is left", "percentunit", q(`slipway_slo_budget_remaining{`+of+`}`, "{{objective}}"))
	budget.FieldConfig.Defaults.Max = number(1)
	budget.limit(0, "used up")
	burn := series("How fast it burns", "none", q(`slipway_slo_burn_rate{`+of+`}`, "{{objective}} {{window}}"))
	burn.Description = "1 uses the error budget up in just its period."
	title := fmt.Sprintf("%s · %s", f.Name, f.Criticality)
	if team := f.Escalation(); team != "" {
		title += " · " + team
	}
	p.row(title, f.Criticality != flow.High, 8, requests, errors, latency, budget, burn)
}

// percentiles are those that the targets name, and the usual ones.
func percentiles(f flow.Flow, of string) (list []target) {
	shares := map[string]float64{"p50": 0.5, "p95": 0.95, "p99": 0.99}
	for _, o := range slo.Objectives(f) {
		if o.Bound > 0 {
			shares[strings.TrimPrefix(o.Name, "latency-")] = o.Target
		}
	}
	for _, name := range sorted(shares) {
		list = append(list, q(fmt.Sprintf(`histogram_quantile(%v, sum by (le) (rate(slipway_flow_duration_seconds_bucket{%s}[$__rate_interval])))`, shares[name], of), name))
	}
	return list
}

// about says what a flow is and what to do when it does badly.
func about(f flow.Flow) string {
	var lines []string
	for _, l := range []struct{ what, text string }{
		{"", string(f.Spec.Description)}, {"Begins with: ", string(f.Spec.Start)}, {"Ends with: ", string(f.Spec.End)},
		{"If it fails: ", string(f.Spec.Impact)}, {"Runbook: ", string(f.Spec.Targets.Operations.Runbook)},
	} {
		if l.text != "" {
			lines = append(lines, l.what+plain(l.text))
		}
	}
	return strings.Join(lines, "\n\n")
}

// plain keeps Grafana from taking a text for a variable, a template or markup.
func plain(text string) string {
	return strings.NewReplacer("$", "＄", "[[", "[ [", "{{", "{ {", "<", "‹", ">", "›").Replace(text)
}
