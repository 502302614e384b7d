package catalog

import (
	"fmt"
	"slices"
	"strconv"

	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/manifest"
)

// rests holds what the flow rests on to the flow's own target.
func (q *inquiry) rests() {
	q.criticality()
	target := available(q.Flow)
	if target == 0 {
		return
	}
	e, known := q.estimates.compose(q.Flow, q.own())
	covered := known && e.Availability >= target // by fallbacks or regions, where a part is weaker
	weaker := false
	for i, name := range q.Spec.DependsOn {
		if q.flows.has(string(name)) {
			weaker = q.needs(q.estimates.flow(string(name), Serial), target, covered, "spec", "dependsOn", index(i)) || weaker
		}
	}
	for _, name := range q.own() {
		if q.components.has(name) {
			i := slices.IndexFunc(q.Spec.Steps, func(s manifest.FlowStep) bool { return string(s.Service) == name })
			weaker = q.needs(q.estimates.component(name), target, covered, "spec", "steps", index(i), "service") || weaker
		}
	}
	q.indirect(target)
	if known && !covered && !weaker {
		q.composed(e.Availability)
	}
}

// needs tells of something that the flow needs and that promises less than the flow.
func (q *inquiry) needs(p Part, target float64, covered bool, path ...string) bool {
	if p.Basis != Unknown && (covered || p.Availability >= target) {
		return false
	}
	f := Finding{Code: Weaker, Severity: q.weight(), Text: fmt.Sprintf("its target is %s, and %s %s, which it needs, has %s (%s)", q.target(), p.Kind, p.Name, share(p.Availability), p.Basis),
		Looked: "the availability of what it rests on", Hint: "raise the other's target, lower this one, or name a fallback"}
	if p.Basis == Unknown {
		f.Severity, f.Text = Warning, fmt.Sprintf("its target is %s, and nothing is promised of %s %s, which it needs", q.target(), p.Kind, p.Name)
		f.Hint = "give the other a target"
	}
	q.say(f, path...)
	return true
}

// indirect looks at the services that the services of the steps need. What serves a step
// itself is held to this flow's target.
func (q *inquiry) indirect(target float64) {
	direct := stepServices(q.Flow)
	seen := slices.Clone(direct)
	for _, d := range direct {
		s, ok := q.services.by[d]
		if !ok {
			continue
		}
		for _, name := range s.Spec.Needs {
			held := q.part(string(name)).held
			if slices.Contains(seen, string(name)) || !q.services.has(string(name)) || held >= target {
				continue
			}
			seen = append(seen, string(name))
			f := Finding{Code: Weaker, Severity: q.weight(), Text: fmt.Sprintf("its target is %s; %s needs %s, of which no flow demands more than %s", q.target(), d, name, share(held)),
				Looked: "the services that its services need, and the flows that those are in", Hint: fmt.Sprintf("make %s a step of this flow, or of a flow with such a target", name)}
			if held == 0 {
				f.Severity, f.Text = Warning, fmt.Sprintf("its target is %s; %s needs %s, of which no flow demands anything", q.target(), d, name)
			}
			q.say(f, "spec", "steps")
		}
	}
}

// composed tells of promises that each are enough, and whose product is not. Services of the
// steps are left out of it, as if they never failed.
func (q *inquiry) composed(a float64) {
	q.say(Finding{Code: Weaker, Severity: q.weight(), Text: fmt.Sprintf("its target is %s, and what it needs makes %s together, even if its own services never fail (an estimate)", q.target(), share(a)),
		Looked: "the product of what it rests on, its regions and its fallbacks", Hint: "raise the targets of what it needs, or name a fallback"}, "spec", "targets", "reliability", "availability")
}

// own are the components of the steps: what is promised of services is this flow's target.
func (q *inquiry) own() []string {
	return slices.DeleteFunc(stepServices(q.Flow), q.services.has)
}

// criticality looks for flows that less depends on, by themselves, than on this one.
func (q *inquiry) criticality() {
	for i, name := range q.Spec.DependsOn {
		other, ok := q.flows.by[string(name)]
		if ok && grade[other.Criticality] < grade[q.Criticality] {
			q.say(Finding{Code: Weaker, Severity: q.light(), Text: fmt.Sprintf("its criticality is %s, and it depends on %s, whose criticality is %s", q.Criticality, name, other.Criticality),
				Looked: "the criticality of the flows that it depends on", Hint: fmt.Sprintf("%s is as critical as what depends on it: raise its criticality", name)}, "spec", "dependsOn", index(i))
		}
	}
}

func (q *inquiry) light() Severity {
	if q.Criticality == flow.High {
		return Warning
	}
	return Info
}

var grade = map[flow.Criticality]int{flow.Low: 1, flow.Medium: 2, flow.High: 3}

func (q *inquiry) target() manifest.Percent { return q.Spec.Targets.Reliability.Availability }

// share writes an availability as a percentage.
func share(a float64) string {
	return strconv.FormatFloat(a*100, 'g', 7, 64) + "%"
}
