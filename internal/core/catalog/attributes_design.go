package catalog

import (
	"slices"
	"strings"

	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/manifest"
)

// mostSteps is how many steps a flow of one purpose has at most.
const mostSteps = 20

func (c *Catalog) scoped(f *flow.Flow, a *Attribute) {
	a.looks(Scoped, "start, end, and the number of steps", "say where it begins and ends, and make a flow of its own of what has a purpose of its own")
	if same(f.Spec.Start, f.Spec.End) {
		a.found("it ends with what it starts with: %s", f.Spec.Start)
	}
	if n := len(f.Spec.Steps); n > mostSteps {
		a.found("it has %d steps; more than %d are seldom of one purpose", n, mostSteps)
	}
}

func same(a, b manifest.Text) bool {
	return strings.EqualFold(strings.TrimSpace(string(a)), strings.TrimSpace(string(b)))
}

func (c *Catalog) logical(f *flow.Flow, a *Attribute) {
	a.looks(Logical, "the order of the steps, how often they come back to a service, and circles", "leave out hops that nothing is gained by, or let one service answer at once")
	usual := f.Steps[:len(f.Spec.Steps)]
	for i, s := range usual {
		same := func(o flow.Step) bool { return o.Service == s.Service && o.Request == s.Request }
		if s.Request != "" && slices.ContainsFunc(usual[:i], same) {
			a.found("the step %q asks for what an earlier one did", s.Name)
		}
	}
	for _, name := range stepServices(f) {
		if comings(usual, name) >= mostComings {
			a.found("it comes back to %s again and again", name)
		}
	}
	if c.circular[manifest.KindFlow+"/"+f.Name] {
		a.found("it needs flows that need it")
	}
}

// mostComings is how often a flow comes to a service before that is a needless hop.
const mostComings = 3

// comings is how often a flow comes to a service from another one.
func comings(steps []flow.Step, service string) int {
	n, last := 0, ""
	for _, s := range steps {
		if s.Service == service && last != service {
			n++
		}
		if s.Service != "" {
			last = s.Service
		}
	}
	return n
}

func (c *Catalog) maintainable(f *flow.Flow, a *Attribute) {
	a.looks(Maintainable, "its steps beside those of the other flows, and the teams of its services", "make a flow of the steps that are shared, and name it in dependsOn")
	var told, teams []string
	for _, run := range runs(f) {
		for _, other := range c.shared[run] {
			if other != f.Name && len(told) < mostNamed && !slices.Contains(told, other) {
				told = append(told, other)
				a.found("it has %d steps in a row that %s also has", runLength, other)
			}
		}
	}
	for _, s := range f.Steps {
		if svc, ok := c.services.by[s.Service]; ok && !slices.Contains(teams, svc.Team) {
			teams = append(teams, svc.Team)
		}
	}
	if len(teams) > mostTeams {
		a.found("its services are of %d teams; whoever changes it must ask all of them", len(teams))
	}
}

// mostNamed is how many other flows are named in findings of one; mostTeams is how many
// teams may have a part in it.
const mostNamed, mostTeams = 3, 5

func (c *Catalog) defined(f *flow.Flow, a *Attribute) {
	a.looks(Defined, "description, steps with a condition, alternatives, and what they end with", "say in alternatives what happens when a condition does not hold")
	if f.Spec.Description == "" {
		a.found("nothing describes it")
	}
	for i, s := range f.Spec.Steps {
		if s.Condition != "" && len(f.Spec.Alternatives) == 0 {
			a.found("the step %q is only taken when %s, and nothing says what happens otherwise", f.Steps[i].Name, s.Condition)
		}
	}
	for _, p := range f.Spec.Alternatives {
		if len(p.Steps) == 0 && p.End == "" {
			a.found("the alternative %s has no steps and no end", p.Name)
		}
	}
}

func (c *Catalog) userCentric(f *flow.Flow, a *Attribute) {
	a.looks(UserCentric, "type, impact, targets for the time that a user waits, and what they are told after an error", "say what its failure means to users, how long they may wait, and what they see after an error")
	if f.Spec.Type != "user" {
		a.silent("no user takes it")
		return
	}
	if f.Spec.Impact == "" {
		a.found("nothing says what its failure means")
	}
	if len(f.Spec.Targets.Reliability.Latency) == 0 {
		a.found("it has no target for how long a user waits")
	}
	for _, p := range f.Spec.Alternatives {
		if p.Error && p.End == "" {
			a.found("nothing says what a user is left with after %s", p.Name)
		}
	}
}
