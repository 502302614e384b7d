package promrules

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/slo"
)

// Names of what is recorded, with the labels environment, flow and objective; the first two
// end in the window, as in "slipway:slo_bad:ratio_rate5m".
const (
	badRatio  = "slipway:slo_bad:ratio_rate"         // share of events that were bad
	events    = "slipway:slo_events:increase"        // how many there were
	remaining = "slipway:slo_budget_remaining:ratio" // share of the error budget that is left
	alertName = "SlipwayErrorBudgetBurn"             //
)

// File is a file of rules.
type File struct {
	Groups []Group `yaml:"groups"`
	// Notes say what the rules do not do that Slipway does.
	Notes []string `yaml:"-"`
}

// Group is a group of rules that are evaluated together, in order.
type Group struct {
	Name     string `yaml:"name"`
	Interval string `yaml:"interval,omitempty"`
	Rules    []Rule `yaml:"rules"`
}

// Rule records a series, or raises an alert.
type Rule struct {
	Record      string            `yaml:"record,omitempty"`
	Alert       string            `yaml:"alert,omitempty"`
	Expr        string            `yaml:"expr"`
	Labels      map[string]string `yaml:"labels,omitempty"`
	Annotations map[string]string `yaml:"annotations,omitempty"`
}

// Make makes rules for all objectives of flows in environments. Flows without reliability
// targets have none.
func Make(flows []flow.Flow, environments []string) File {
	var file File
	for _, environment := range environments {
		for _, f := range flows {
			objectives, lost := measured(f, environment)
			file.Notes = append(file.Notes, lost...)
			if len(objectives) > 0 {
				file.Groups = append(file.Groups, groups(f, environment, objectives)...)
				file.Notes = append(file.Notes, notes(f, environment)...)
			}
		}
	}
	return file
}

// measured gives the objectives of a flow that something counts, and says which have nothing.
func measured(f flow.Flow, environment string) (list []slo.Objective, lost []string) {
	for _, o := range slo.Objectives(f) {
		o = o.In(environment)
		if total, _ := Events(f, o, "5m"); total == "" {
			lost = append(lost, where(f, environment)+"nothing counts its "+o.Name+"; there are no rules for it.")
			continue
		}
		list = append(list, o)
	}
	return list, lost
}

// groups makes two groups of a flow: what must be quick, and what looks at the whole period,
// which costs more and changes slowly.
func groups(f flow.Flow, environment string, objectives []slo.Objective) []Group {
	name := "slipway/" + environment + "/" + f.Name
	quick, slow := Group{Name: name}, Group{Name: name + "/period", Interval: "5m"}
	for _, o := range objectives {
		m := maker{f, o}
		quick.Rules = append(quick.Rules, m.windows()...)
		slow.Rules = append(slow.Rules, m.period()...)
	}
	for _, o := range objectives {
		quick.Rules = append(quick.Rules, maker{f, o}.alerts()...)
	}
	if len(quick.Rules) == 0 {
		return []Group{slow}
	}
	return []Group{quick, slow}
}

// maker makes the rules of one objective.
type maker struct {
	flow.Flow
	slo.Objective
}

func (m maker) labels() map[string]string {
	return map[string]string{"environment": m.Environment, "flow": m.Objective.Flow, "objective": m.Objective.Name}
}

// selector matches what was recorded of the objective.
func (m maker) selector(record string) string {
	return fmt.Sprintf("%s{environment=%s,flow=%s,objective=%s}", record, Quote(m.Environment), Quote(m.Objective.Flow), Quote(m.Objective.Name))
}

// windows records each window that a rule looks at, and how many events the long ones have.
func (m maker) windows() (out []Rule) {
	var seen []time.Duration
	for _, r := range slo.Rules(m.Window) {
		for _, d := range []time.Duration{r.Short, r.Long} {
			if !slices.Contains(seen, d) {
				seen = append(seen, d)
				out = append(out, m.ratio(d))
			}
		}
		total, _ := Events(m.Flow, m.Objective, Span(r.Long))
		out = append(out, Rule{Record: events + Span(r.Long), Expr: total, Labels: m.labels()})
	}
	return out
}

func (m maker) ratio(d time.Duration) Rule {
	total, bad := Events(m.Flow, m.Objective, Span(d))
	return Rule{Record: badRatio + Span(d), Expr: fmt.Sprintf("(%s) / (%s)", bad, total), Labels: m.labels()}
}

// period records how much was bad, and how much of the budget is left.
func (m maker) period() []Rule {
	ratio := m.ratio(m.Window)
	left := fmt.Sprintf("1 - %s / %s", m.selector(ratio.Record), number(m.allowed()))
	if m.allowed() == 0 { // whole until the first failure
		left = "1 - (" + m.selector(ratio.Record) + " > bool 0)"
	}
	return []Rule{ratio, {Record: remaining, Expr: left, Labels: m.labels()}}
}

// alerts has a rule for each of slo.Rules.
func (m maker) alerts() (out []Rule) {
	for _, r := range slo.Rules(m.Window) {
		labels := m.labels()
		labels["severity"], labels["team"], labels["criticality"], labels["window"] = string(r.Severity), m.Escalation(), string(m.Criticality), Span(r.Long)
		annotations := map[string]string{
			"summary":     fmt.Sprintf("%s in %s: %s burns its error budget too fast", m.Objective.Flow, m.Environment, m.Objective.Name),
			"description": m.describe(r),
		}
		if runbook := string(m.Spec.Targets.Operations.Runbook); runbook != "" {
			labels["runbook"] = runbook
		}
		if impact := string(m.Spec.Impact); impact != "" {
			annotations["impact"] = plain(impact)
		}
		out = append(out, Rule{Alert: alertName, Expr: m.burns(r), Labels: labels, Annotations: annotations})
	}
	return out
}

// burns is true while both windows burn at least at the factor and the long one has enough
// events to say so.
func (m maker) burns(r slo.Rule) string {
	above := fmt.Sprintf(" >= %s * %s", number(r.Factor), number(m.allowed()))
	if m.allowed() == 0 {
		above = " > 0"
	}
	return fmt.Sprintf("%s%s\nand\n%s%s\nand\n%s >= %d",
		m.selector(badRatio+Span(r.Long)), above, m.selector(badRatio+Span(r.Short)), above, m.selector(events+Span(r.Long)), m.Minimum)
}

// allowed is the share that may be bad, without the dust of 1 - 0.999.
func (m maker) allowed() float64 { return math.Round((1-m.Target)*1e12) / 1e12 }

func (m maker) describe(r slo.Rule) string {
	good := "must not fail"
	if m.Bound > 0 {
		good = "must begin their answer within " + m.Bound.String()
	}
	return fmt.Sprintf("%s%% of the requests of %s %s, over %s. Over %s and %s at least %s times as many are bad as may be. Now: {{ $value | humanizePercentage }} over %s.",
		number(m.Target*100), m.Objective.Flow, good, Span(m.Window), Span(r.Long), Span(r.Short), number(r.Factor), Span(r.Long))
}

func number(x float64) string { return strconv.FormatFloat(math.Round(x*1e12)/1e12, 'g', -1, 64) }
