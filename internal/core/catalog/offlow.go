package catalog

import (
	"fmt"
	"slices"
	"strings"

	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/manifest"
)

// inquiry is one look at a flow.
type inquiry struct {
	*Catalog
	*flow.Flow
	estimates *estimator // of what is declared alone
	now       Attribute  // that is being assessed
	out       []Finding
}

func (q *inquiry) say(f Finding, path ...string) {
	f.Kind, f.Name, f.At = manifest.KindFlow, q.Name, q.where(manifest.KindFlow, q.Name, path...)
	q.out = append(q.out, f)
}

// weight is a severity for what hurts more the more depends on the flow.
func (q *inquiry) weight() Severity {
	if q.Criticality == flow.High {
		return Error
	}
	return Warning
}

func (c *Catalog) ofFlow(f *flow.Flow, estimates *estimator) []Finding {
	q := inquiry{Catalog: c, Flow: f, estimates: estimates}
	q.steps()
	q.names()
	q.escalates()
	q.measures()
	q.rests()
	q.assess()
	return q.out
}

// path gives the place of a step.
func (q *inquiry) path(i int) []string {
	if i < len(q.Spec.Steps) {
		return []string{"spec", "steps", index(i)}
	}
	i -= len(q.Spec.Steps)
	for j, p := range q.Spec.Alternatives {
		if i < len(p.Steps) {
			return []string{"spec", "alternatives", index(j), "steps", index(i)}
		}
		i -= len(p.Steps)
	}
	return []string{"spec"}
}

func (q *inquiry) steps() {
	for i, s := range q.Flow.Steps {
		if s.Service != "" && !q.services.has(s.Service) && !q.components.has(s.Service) {
			q.say(Finding{Code: NoService, Severity: Error, Text: fmt.Sprintf("no service serves the step %q: there is no Service or Component %s", s.Name, s.Service),
				Looked: "services and components", Hint: "declare it, or name another one"}, append(q.path(i), "service")...)
		}
	}
}

// names looks for what the flow names besides services and teams.
func (q *inquiry) names() {
	for i, name := range q.Spec.DependsOn {
		if !q.flows.has(string(name)) {
			q.say(absent(manifest.KindFlow, name), "spec", "dependsOn", index(i))
		}
	}
	for i, name := range q.Spec.Fallback {
		if !q.flows.has(string(name)) {
			q.say(absent(manifest.KindFlow, name), "spec", "fallback", index(i))
		}
	}
	p, ok := q.processes.by[string(q.Spec.Process)]
	switch {
	case q.Spec.Process != "" && !ok:
		q.say(absent(manifest.KindProcess, q.Spec.Process), "spec", "process")
	case ok && !q.leads(p):
		q.say(Finding{Code: Alone, Severity: Info, Text: fmt.Sprintf("it says that it is part of %s, and no stage of that is a use case that it supports", p.Name),
			Looked: "the use cases of the process and their flows", Hint: "name it in the flows of one of the use cases"}, "spec", "process")
	case !ok && q.Spec.Process == "" && len(q.supports[q.Name]) == 0:
		q.say(Finding{Code: Alone, Severity: Info, Text: "it is part of no business process and supports no use case", Looked: "its process, and the flows of all use cases",
			Hint: "name its process, or name it in the flows of a use case"}, "metadata", "name")
	}
}

// leads says whether a stage of a process is a use case that the flow supports.
func (q *inquiry) leads(p *Entry[manifest.BusinessProcess]) bool {
	for _, s := range p.Spec.Stages {
		if slices.Contains(q.supports[q.Name], string(s.UseCase)) {
			return true
		}
	}
	return false
}

// escalates looks for people on the escalation path.
func (q *inquiry) escalates() {
	name := q.Escalation()
	looked := "the team's on-call, members and escalation steps"
	t, ok := q.teams.by[name]
	if name == "" {
		q.say(Finding{Code: Nobody, Severity: q.weight(), Text: "nobody is told when it does badly: it has neither a team nor an escalation path", Looked: looked,
			Hint: "give it a team, or name one in escalation"}, "spec")
		return
	}
	if !ok {
		q.say(Finding{Code: Nobody, Severity: q.weight(), Text: fmt.Sprintf("nobody is told when it does badly: there is no team %s", name), Looked: looked,
			Hint: "declare the team, or name another one"}, "spec", "escalation")
		return
	}
	if q.reached(t) == 0 {
		q.say(Finding{Code: Nobody, Severity: q.weight(), Text: fmt.Sprintf("nobody is told when it does badly: the escalation path of %s names nobody", name), Looked: looked,
			Hint: "give the team members or people on call"}, "spec", "escalation")
	}
}

// reached is how many names the escalation path of a team leads to.
func (c *Catalog) reached(t *Entry[manifest.Team]) int {
	if len(t.Spec.Escalation.Steps) == 0 {
		return len(t.Spec.Members)
	}
	n := 0
	for _, step := range t.Spec.Escalation.Steps {
		for _, tell := range step.Tell {
			kind, name, _ := strings.Cut(string(tell), ":")
			team := t
			if name != "" {
				team = c.teams.by[name]
			}
			switch {
			case kind == "person":
				n++
			case team == nil:
			case kind == "onCall":
				n += len(team.Spec.OnCall)
			default:
				n += len(team.Spec.Members)
			}
		}
	}
	return n
}
