package manifest

import (
	"fmt"
	"slices"
	"strings"
)

// Check holds resources against one another: names that are there twice, references to
// what is not there, and routes that collide. Known are the resources of other sources;
// problems are only reported about found. With partial, known is not all there is: of names
// that nothing has, only those are reported that look mistyped.
func Check(found, known []Resource, partial bool) Problems {
	c := catalogOf(found, known, partial)
	for _, r := range found {
		c.references(r)
	}
	c.cycles()
	c.places()
	c.problems.sort()
	return c.problems
}

// Collisions is Check that looks only for two at the same public place.
func Collisions(found, known []Resource) Problems {
	c := catalogOf(found, known, false)
	c.places()
	c.problems.sort()
	return c.problems
}

func catalogOf(found, known []Resource, partial bool) *catalog {
	c := &catalog{decoder: &decoder{}, partial: partial, byID: make(map[string]*Resource, len(found)+len(known)), own: make(map[string]bool, len(found)), guesses: map[string]string{}}
	for i := range known {
		c.byID[known[i].ID()] = &known[i]
	}
	for i := range found {
		r := &found[i]
		id := r.ID()
		if c.own[id] {
			c.at(*r, "metadata", "name").say("%s `%s` is already there, at %s", r.Kind, r.Name, c.byID[id].At)
			continue
		}
		c.byID[id], c.own[id] = r, true
	}
	c.ofKind = map[string][]*Resource{}
	for _, r := range c.byID {
		c.ofKind[r.Kind] = append(c.ofKind[r.Kind], r)
	}
	for _, list := range c.ofKind {
		slices.SortFunc(list, func(a, b *Resource) int { return strings.Compare(a.Name, b.Name) })
	}
	return c
}

type catalog struct {
	*decoder
	partial bool
	byID    map[string]*Resource
	own     map[string]bool        // by ID: it is one of found
	ofKind  map[string][]*Resource // by name

	open string // resource whose document was asked for last
	tree node

	guesses  map[string]string // what was said of names that nothing has
	compared int               // names, for that
}

// at gives the place of a field in the file that a resource comes from.
func (c *catalog) at(r Resource, path ...string) spot {
	if open := r.ID() + " at " + r.At.String(); c.open != open {
		if c.open, c.tree = open, r.top(); c.tree == nil {
			c.tree = &tree{} // what was stored has no place in a file
		}
	}
	c.file = r.At.File
	return spot{d: c.decoder, n: c.tree}.down(path)
}

// all gives the resources of a kind by name. They are not to be changed.
func (c *catalog) all(kind string) []*Resource { return c.ofKind[kind] }

func (c *catalog) names(kind string) []string {
	out := make([]string, len(c.ofKind[kind]))
	for i, r := range c.ofKind[kind] {
		out[i] = r.Name
	}
	return out
}

// occupant is who is at a public place.
type occupant struct{ service, environment *Resource }

func (o occupant) String() string {
	return fmt.Sprintf("service `%s` in `%s`", o.service.Name, o.environment.Name)
}

// places finds two at the same public place.
func (c *catalog) places() {
	at := map[string]occupant{}
	services, environments := c.knownFirst(KindService), c.knownFirst(KindEnvironment)
	for _, r := range services {
		s, err := r.Service()
		if err != nil {
			continue
		}
		for _, e := range environments {
			env, err := e.Environment()
			if err != nil {
				continue
			}
			for i, route := range s.RoutesIn(Name(e.Name)) {
				place := Route{Host: Host(env.Host.Expand(Name(e.Name), route.Host)), Path: route.Path}.Place()
				if other, taken := at[place]; taken {
					c.collision(occupant{r, e}, other, place, i)
				} else {
					at[place] = occupant{r, e}
				}
			}
		}
	}
}

// collision tells the environment if it is new or a service meets itself, else the service.
func (c *catalog) collision(o, other occupant, place string, route int) {
	s, _ := o.service.Service()
	from := []string{"spec", "routes"}
	if len(s.Overrides[Name(o.environment.Name)].Routes) > 0 {
		from = []string{"spec", "overrides", o.environment.Name, "routes"}
	}
	itself := o.service.ID() == other.service.ID()
	switch {
	case c.own[o.environment.ID()] && (itself || !c.own[o.service.ID()]):
		c.at(*o.environment, "spec", "host").say("%s would be at %s, where %s already is; give the environment a host pattern of its own", o, place, other)
	case c.own[o.service.ID()]:
		c.at(*o.service, from...).item(route).say("%s would be at %s, where %s already is", o, place, other)
	}
}

// knownFirst gives a kind in an order in which problems are told to who comes later.
func (c *catalog) knownFirst(kind string) []*Resource {
	all := slices.Clone(c.all(kind))
	slices.SortStableFunc(all, func(a, b *Resource) int {
		switch {
		case c.own[a.ID()] == c.own[b.ID()]:
			return 0
		case c.own[a.ID()]:
			return 1
		}
		return -1
	})
	return all
}

// RoutesIn gives the routes of a service in an environment, with hosts as they are written.
func (s Service) RoutesIn(environment Name) []Route {
	if o, ok := s.Overrides[environment]; ok && o.Routes != nil {
		return o.Routes
	}
	return s.Routes
}
