package openslo

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/promrules"
	"slipway.dev/internal/core/slo"
)

// Source says where the figures are.
type Source struct {
	URL string // of a Prometheus server that scrapes Slipway; "": to be filled in
}

// sourceName is the DataSource of all that is exported.
const sourceName = "slipway-metrics"

// Export writes the objectives of flows in an environment as OpenSLO documents. Notes name what
// could not be said. The error says that a flow does not encode.
func Export(flows []flow.Flow, environment string, from Source) ([]byte, []Note, error) {
	x := exporter{environment: environment, made: map[string]bool{}}
	x.add(kindDataSource, metadata{Name: sourceName}, sourceSpec{
		Description: "A Prometheus server that scrapes the /metrics of Slipway.", Type: "Prometheus", ConnectionDetails: map[string]string{"url": from.URL},
	})
	for _, f := range flows {
		if err := x.flow(f); err != nil {
			return nil, nil, err
		}
	}
	out, err := write(x.documents)
	return out, x.notes, err
}

// exporter collects documents; each is made once.
type exporter struct {
	environment string
	documents   []any
	made        map[string]bool // "Kind/name"
	notes       []Note
}

func (x *exporter) add(kind string, m metadata, spec any) {
	if id := kind + "/" + m.Name; !x.made[id] {
		x.made[id] = true
		x.documents = append(x.documents, document{Version, kind, m, spec})
	}
}

func (x *exporter) say(object, format string, args ...any) {
	x.notes = append(x.notes, Note{Object: object, Text: fmt.Sprintf(format, args...)})
}

// flow writes a flow as a service with its SLOs. A flow without objectives is left out.
func (x *exporter) flow(f flow.Flow) error {
	objectives := slo.Objectives(f)
	if len(objectives) == 0 {
		return nil
	}
	whole, err := manifestOf(f)
	if err != nil {
		return err
	}
	x.add(kindService, metadata{Name: f.Name, DisplayName: shorten(f.Name, mostDisplay), Annotations: map[string]string{annotationFlow: string(whole)}},
		serviceSpec{Description: shorten(describe(f), mostDescription)})
	for _, o := range objectives {
		x.objective(f, o.In(x.environment))
	}
	return nil
}

// manifestOf gives a flow's manifest as JSON.
func manifestOf(f flow.Flow) ([]byte, error) {
	spec, err := json.Marshal(f.Spec)
	if err != nil {
		return nil, fmt.Errorf("flow %s does not encode: %w", f.Name, err)
	}
	return manifest.Resource{Kind: manifest.KindFlow, Name: f.Name, Team: f.Team, Spec: spec}.Document(), nil
}

func describe(f flow.Flow) string {
	text := fmt.Sprintf("From %q to %q.", f.Spec.Start, f.Spec.End)
	if f.Spec.Description != "" {
		text = string(f.Spec.Description) + " " + text
	}
	return text
}

func (x *exporter) objective(f flow.Flow, o slo.Objective) {
	name := nameOf(f.Name, o.Name, x.environment)
	if o.Target >= 1 {
		x.say("SLO "+name, "a target of 100%% leaves no error budget, which OpenSLO cannot say; it is left out")
		return
	}
	sli, ok := indicatorOf(f, o)
	if !ok {
		x.say("SLO "+name, "nothing counts its requests; it is left out")
		return
	}
	m := metadata{Name: name, DisplayName: shorten(f.Name+" "+o.Name, mostDisplay), Labels: map[string]string{"environment": x.environment, "criticality": string(f.Criticality)},
		Annotations: map[string]string{annotationObjective: o.Name, annotationPlace: x.environment}}
	if o.Bound > 0 {
		m.Annotations[annotationBound] = o.Bound.String()
	}
	x.add(kindSLO, m, sloSpec{
		Description: describeObjective(o), Service: f.Name, Indicator: sli,
		TimeWindow: []timeWindow{{shorthand(o.Window), true}}, BudgetingMethod: "Occurrences",
		Objectives: []objective{{o.Name, o.Target}}, AlertPolicies: x.alerts(f.Escalation(), o.Window),
	})
}

func describeObjective(o slo.Objective) string {
	good := "must not fail"
	if o.Bound > 0 {
		good = "must begin their answer within " + o.Bound.String()
	}
	return fmt.Sprintf("%.6g%% of the requests %s.", o.Target*100, good)
}

// indicatorOf has the queries of an objective; false: nothing counts it.
func indicatorOf(f flow.Flow, o slo.Objective) (indicator, bool) {
	counter := o.Bound > 0 || f.Spec.Targets.Reliability.Measure == nil
	over := ""
	if !counter { // expressions of its own are over a time
		over = promrules.Span(o.Window)
	}
	total, bad := promrules.Events(f, o, over)
	if total == "" {
		return indicator{}, false
	}
	of := func(query string) metric {
		return metric{metricSource{MetricSourceRef: sourceName, Type: "Prometheus", Spec: querySpec{query}}}
	}
	return indicator{metadata{Name: nameOf(f.Name, o.Name, o.Environment, "sli")}, sliSpec{ratio{counter, of(bad), of(total)}}}, true
}

// alerts gives the policies of a team for a period, and makes what they refer to.
func (x *exporter) alerts(team string, period time.Duration) (refs []policyRef) {
	for _, r := range slo.Rules(period) {
		long, short := shorthand(r.Long), shorthand(r.Short)
		when := nameOf("burn", shorthand(period), long)
		x.add(kindCondition, metadata{Name: when, Annotations: map[string]string{annotationShort: short}}, conditionSpec{
			Description: fmt.Sprintf("The error budget of %s burns at least %v times too fast over %s; for Slipway also over %s, which OpenSLO cannot say.", shorthand(period), r.Factor, long, short),
			Severity:    string(r.Severity), Condition: condition{"burnrate", "gte", r.Factor, long, "1m"},
		})
		x.add(kindTarget, metadata{Name: team}, targetSpec{"The escalation path of the team " + team + ".", "slipway"})
		policy := nameOf(when, team)
		x.add(kindPolicy, metadata{Name: policy}, policySpec{
			AlertWhenResolved: true, AlertWhenBreaching: true, Conditions: []conditionRef{{when}}, NotificationTargets: []targetRef{{team}},
		})
		refs = append(refs, policyRef{policy})
	}
	return slices.Clip(refs)
}
