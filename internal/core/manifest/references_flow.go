package manifest

import (
	"slices"
	"strings"
)

// servers are the kinds of what may serve a step, or be depended on.
var servers = []string{KindService, KindComponent}

func (c *catalog) flow(r Resource) {
	f, err := r.FlowSpec()
	if err != nil {
		return
	}
	c.refer(r, KindProcess, string(f.Process), "spec", "process")
	c.refer(r, KindTeam, string(f.Escalation), "spec", "escalation")
	c.each(r, KindFlow, f.DependsOn, "spec", "dependsOn")
	c.each(r, KindFlow, f.Fallback, "spec", "fallback")
	c.stepServers(r, f.Steps, "spec", "steps")
	for i, p := range f.Alternatives {
		c.stepServers(r, p.Steps, "spec", "alternatives", index(i), "steps")
	}
}

func (c *catalog) stepServers(r Resource, steps []FlowStep, path ...string) {
	for i, s := range steps {
		if name := string(s.Service); name != "" && !c.has(servers, name) {
			c.need(c.at(r, path...).item(i).in("service"), servers, name, nil)
		}
	}
}

func (c *catalog) useCase(r Resource) {
	if u, err := r.UseCase(); err == nil {
		c.each(r, KindUseCase, u.DependsOn, "spec", "dependsOn")
		c.each(r, KindFlow, u.Flows, "spec", "flows")
	}
}

func (c *catalog) process(r Resource) {
	p, err := r.Process()
	if err != nil {
		return
	}
	for i, s := range p.Stages {
		c.refer(r, KindUseCase, string(s.UseCase), "spec", "stages", index(i), "useCase")
	}
}

func (c *catalog) component(r Resource) {
	m, err := r.Component()
	if err != nil {
		return
	}
	for i, name := range m.DependsOn {
		if !c.has(servers, string(name)) {
			c.need(c.at(r, "spec", "dependsOn").item(i), servers, string(name), nil)
		}
	}
	c.typed(r, m.PartOf, []string{"system", "domain"}, "partOf")
	c.typed(r, m.Provides, []string{"api"}, "provides")
	c.typed(r, m.Consumes, []string{"api"}, "consumes")
}

// typed looks for components of some types.
func (c *catalog) typed(r Resource, list []Name, types []string, field string) {
	c.each(r, KindComponent, list, "spec", field)
	for i, name := range list {
		other, ok := c.byID[KindComponent+"/"+string(name)]
		if !ok {
			continue
		}
		if m, err := other.Component(); err == nil && !slices.Contains(types, m.Type) {
			c.at(r, "spec", field).item(i).say("the Component `%s` is of type %s; %s asks for one of type %s", name, m.Type, field, strings.Join(types, " or "))
		}
	}
}
