package catalog

import (
	"slices"

	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/manifest"
)

// Catalog is all that is declared. It is never changed once it is made, so that many may
// read it at once.
type Catalog struct {
	flows        table[flow.Flow]
	services     table[Entry[manifest.Service]]
	useCases     table[Entry[manifest.UseCase]]
	processes    table[Entry[manifest.BusinessProcess]]
	components   table[Entry[manifest.Component]]
	teams        table[Entry[manifest.Team]]
	environments table[Entry[manifest.Environment]]
	byID         map[string]*manifest.Resource
	money        money
	metrics      bool      // an environment has a metrics server
	broken       []Finding // what cannot be read
	links
}

// Entry is a resource with its spec.
type Entry[T any] struct {
	Name, Team string
	Spec       T
}

// Of makes a catalog of resources, which are not to be changed any more. Of two of one kind
// and name, the first counts.
func Of(resources []manifest.Resource) *Catalog {
	c := &Catalog{byID: make(map[string]*manifest.Resource, len(resources)), money: money{currencies: map[string]bool{}}}
	for i := range resources {
		r := &resources[i]
		id := r.ID()
		if _, twice := c.byID[id]; twice {
			continue
		}
		c.byID[id] = r
		if err := c.take(*r); err != nil {
			c.broken = append(c.broken, Finding{Code: Unreadable, Severity: Error, Kind: r.Kind, Name: r.Name, At: r.At,
				Text: err.Error(), Looked: "its spec", Hint: "apply it again with this version of slipway"})
		}
	}
	c.flows.sort()
	c.services.sort()
	c.useCases.sort()
	c.processes.sort()
	c.components.sort()
	c.teams.sort()
	c.environments.sort()
	c.links = c.link()
	return c
}

func (c *Catalog) take(r manifest.Resource) error {
	switch r.Kind {
	case manifest.KindFlow:
		f, err := flow.Of(r)
		if err != nil {
			return err
		}
		c.flows.put(r.Name, &f)
	case manifest.KindService:
		return put(&c.services, r, manifest.Resource.Service)
	case manifest.KindUseCase:
		return put(&c.useCases, r, manifest.Resource.UseCase)
	case manifest.KindProcess:
		return put(&c.processes, r, manifest.Resource.Process)
	case manifest.KindComponent:
		return put(&c.components, r, manifest.Resource.Component)
	case manifest.KindTeam:
		return put(&c.teams, r, manifest.Resource.TeamSpec)
	case manifest.KindEnvironment:
		e, err := r.Environment()
		if err != nil {
			return err
		}
		c.environments.put(r.Name, &Entry[manifest.Environment]{r.Name, r.Team, e})
		c.money.take(e.Prices)
		c.metrics = c.metrics || e.Metrics.Prometheus != nil
	}
	return nil
}

func put[T any](t *table[Entry[T]], r manifest.Resource, spec func(manifest.Resource) (T, error)) error {
	s, err := spec(r)
	if err == nil {
		t.put(r.Name, &Entry[T]{r.Name, r.Team, s})
	}
	return err
}

// Flows gives all flows by name.
func (c *Catalog) Flows() []flow.Flow { return c.flows.all() }

// HasFlows says whether there are any.
func (c *Catalog) HasFlows() bool { return len(c.flows.list) > 0 }

// Flow gives one flow.
func (c *Catalog) Flow(name string) (flow.Flow, bool) { return c.flows.get(name) }

// FlowsOf gives the flows that a service, or a component, takes part in, by name.
func (c *Catalog) FlowsOf(service string) []flow.Flow {
	var out []flow.Flow
	for _, name := range c.part(service).flows {
		f, _ := c.flows.get(name)
		out = append(out, f)
	}
	return out
}

// Services gives all services by name.
func (c *Catalog) Services() []Entry[manifest.Service] { return c.services.all() }

// Service gives one service.
func (c *Catalog) Service(name string) (Entry[manifest.Service], bool) { return c.services.get(name) }

// Environments gives all environments by name.
func (c *Catalog) Environments() []Entry[manifest.Environment] { return c.environments.all() }

// UseCases gives all use cases by name.
func (c *Catalog) UseCases() []Entry[manifest.UseCase] { return c.useCases.all() }

// UseCase gives one use case.
func (c *Catalog) UseCase(name string) (Entry[manifest.UseCase], bool) { return c.useCases.get(name) }

// UseCasesOf gives the names of the use cases that a flow supports.
func (c *Catalog) UseCasesOf(flow string) []string { return slices.Clone(c.supports[flow]) }

// Processes gives all business processes by name.
func (c *Catalog) Processes() []Entry[manifest.BusinessProcess] { return c.processes.all() }

// Process gives one business process.
func (c *Catalog) Process(name string) (Entry[manifest.BusinessProcess], bool) {
	return c.processes.get(name)
}

// Components gives all components by name.
func (c *Catalog) Components() []Entry[manifest.Component] { return c.components.all() }

// Component gives one component.
func (c *Catalog) Component(name string) (Entry[manifest.Component], bool) {
	return c.components.get(name)
}

// where gives the place of a field, or of the nearest one around it that is there.
func (c *Catalog) where(kind, name string, path ...string) manifest.Position {
	r, ok := c.byID[kind+"/"+name]
	if !ok {
		return manifest.Position{}
	}
	return r.Where(path...)
}
