package manifest

import (
	"slices"
	"strings"
)

// roles may stand where a gate names who approves, besides teams.
var roles = []string{"viewer", "developer", "approver", "operator", "security", "admin"}

// references looks for all that a resource names.
func (c *catalog) references(r Resource) {
	c.refer(r, KindTeam, r.Team, "metadata", "team")
	switch r.Kind {
	case KindEnvironment:
		c.environment(r)
	case KindService:
		c.service(r)
	case KindTeam:
		c.team(r)
	case KindFreeze:
		if f, err := r.FreezeSpec(); err == nil {
			c.each(r, KindEnvironment, f.Environments, "spec", "environments")
		}
	case KindPolicy:
		if p, err := r.PolicySpec(); err == nil {
			c.each(r, KindEnvironment, p.Environments, "spec", "environments")
		}
	case KindSystem:
		if s, err := r.System(); err == nil {
			c.refer(r, KindEnvironment, string(s.Environment), "spec", "environment")
		}
	case KindIntegration:
		if i, err := r.Integration(); err == nil {
			c.each(r, KindTeam, i.For, "spec", "for")
		}
	case KindFlow:
		c.flow(r)
	case KindUseCase:
		c.useCase(r)
	case KindProcess:
		c.process(r)
	case KindComponent:
		c.component(r)
	}
}

func (c *catalog) environment(r Resource) {
	e, err := r.Environment()
	if err != nil {
		return
	}
	c.refer(r, KindEnvironment, string(e.After), "spec", "after")
	if p := e.Gate.Parity; p != nil {
		c.refer(r, KindEnvironment, string(p.With), "spec", "gate", "parity", "with")
		if string(p.With) == r.Name {
			c.at(r, "spec", "gate", "parity", "with").say("an environment is always like itself; name another one")
		}
	}
	if a := e.Gate.Approvals; a != nil {
		for i, name := range a.From {
			c.need(c.at(r, "spec", "gate", "approvals", "from").item(i), []string{KindTeam}, string(name), roles)
		}
	}
}

func (c *catalog) service(r Resource) {
	s, err := r.Service()
	if err != nil {
		return
	}
	for name := range s.Overrides {
		c.refer(r, KindEnvironment, string(name), "spec", "overrides", string(name))
	}
	c.each(r, KindService, s.Needs, "spec", "needs")
	for i, name := range s.Hooks.Before {
		c.isWorkflow(name, c.at(r, "spec", "hooks", "before").item(i))
	}
	for i, name := range s.Hooks.After {
		c.isWorkflow(name, c.at(r, "spec", "hooks", "after").item(i))
	}
	for i, check := range s.Smoke {
		if check.Workflow != "" {
			c.isWorkflow(check.Workflow, c.at(r, "spec", "smoke").item(i).in("workflow"))
		}
	}
}

// isWorkflow looks for a workflow that is named at a place.
func (c *catalog) isWorkflow(name Name, at spot) {
	of, ok := c.byID[KindService+"/"+string(name)]
	if !ok {
		c.need(at, []string{KindService}, string(name), nil)
		return
	}
	if s, err := of.Service(); err == nil && s.Workflow == nil {
		at.say("%s is a service that runs in instances, and no workflow", name)
	}
}

func (c *catalog) team(r Resource) {
	t, err := r.TeamSpec()
	if err != nil {
		return
	}
	if slices.Contains(roles, r.Name) {
		c.at(r, "metadata", "name").say("%s is the name of a role; a gate that asks for it asks for the role, so give the team another name", r.Name)
	}
	for i, step := range t.Escalation.Steps {
		for j, tell := range step.Tell {
			kind, name, _ := strings.Cut(string(tell), ":")
			if name != "" && kind != "person" {
				c.need(c.at(r, "spec", "escalation", "steps").item(i).in("tell").item(j), []string{KindTeam}, name, nil)
			}
		}
	}
}

// each looks for what the entries of a list name.
func (c *catalog) each(r Resource, kind string, list []Name, path ...string) {
	for i, name := range list {
		if !c.has([]string{kind}, string(name)) {
			c.need(c.at(r, path...).item(i), []string{kind}, string(name), nil)
		}
	}
}

// refer looks for what a field names; an empty name is none.
func (c *catalog) refer(r Resource, kind, name string, path ...string) {
	if name != "" && !c.has([]string{kind}, name) {
		c.need(c.at(r, path...), []string{kind}, name, nil)
	}
}

// has says whether there is a resource of one of some kinds.
func (c *catalog) has(kinds []string, name string) bool {
	for _, kind := range kinds {
		if _, ok := c.byID[kind+"/"+name]; ok {
			return true
		}
	}
	return false
}

// need looks for what is named at a place: a resource of one of some kinds, or one of some
// words.
func (c *catalog) need(at spot, kinds []string, name string, words []string) {
	if c.has(kinds, name) || slices.Contains(words, name) {
		return
	}
	guess := c.guess(kinds, name, words)
	if c.partial && !strings.HasPrefix(guess, "did you mean") {
		return
	}
	what := strings.Join(kinds, " or ")
	if words != nil {
		what += " or role"
	}
	at.say("there is no %s `%s`; %s", what, name, guess)
}
