package catalog

import (
	"math"
	"slices"

	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/manifest"
)

// Basis is what a part's availability comes from.
type Basis string

// The bases, the surest first.
const (
	ByTarget   Basis = "target"   // of a flow, or of a service the strictest target of a flow that it serves
	ByPromise  Basis = "promise"  // of a component's provider
	ByEstimate Basis = "estimate" // made of the part's own parts
	Unknown    Basis = "unknown"
)

// Role is how a part counts.
type Role string

// The roles.
const (
	Serial   Role = "serial"   // it must work for the flow to work
	Fallback Role = "fallback" // it serves instead
)

// Part is something that a flow rests on.
type Part struct {
	Kind         string  `json:"kind"`
	Name         string  `json:"name"`
	Role         Role    `json:"role"`
	Availability float64 `json:"availability"` // from 0 to 1; 0 if it is unknown
	Basis        Basis   `json:"basis"`
}

// Estimate is the availability that follows for a flow from what it rests on, if its parts
// fail independently of one another: the product over what must work, then R regions that
// each could serve it alone, 1−(1−N)^R, then its fallbacks, 1−∏(1−aᵢ). Parts that share a
// machine, a network or a mistake do not fail independently, so that it is an estimate, and
// no promise.
type Estimate struct {
	Availability float64 `json:"availability"` // from 0 to 1
	Regions      int     `json:"regions"`
	Parts        []Part  `json:"parts"`
	// Complete says that the availability of each part is known. Unless it is, the
	// availability is what there would be at most if those parts never failed and there
	// were no unknown fallback.
	Complete bool `json:"complete"`
}

// Estimate gives the estimate of a flow. It is false if there is no such flow, or nothing is
// known of anything that it rests on.
func (c *Catalog) Estimate(name string) (Estimate, bool) {
	f, ok := c.flows.by[name]
	if !ok {
		return Estimate{}, false
	}
	e, known := c.estimator().of(f)
	return e, known
}

type estimator struct {
	*Catalog
	done map[string]Part // flows and components by ID
}

func (c *Catalog) estimator() *estimator { return &estimator{c, map[string]Part{}} }

func (e *estimator) of(f *flow.Flow) (Estimate, bool) { return e.compose(f, stepServices(f)) }

// compose makes the estimate of a flow whose steps are served by some services.
func (e *estimator) compose(f *flow.Flow, serving []string) (Estimate, bool) {
	out := Estimate{Availability: 1, Regions: max(f.Spec.Regions, 1), Complete: true}
	known := false
	for _, name := range serving {
		out.Parts = append(out.Parts, e.service(name))
	}
	for _, name := range f.Spec.DependsOn {
		out.Parts = append(out.Parts, e.flow(string(name), Serial))
	}
	for _, p := range out.Parts {
		if p.Basis != Unknown {
			out.Availability *= p.Availability
			known = true
		}
	}
	failing := math.Pow(1-out.Availability, float64(out.Regions))
	for _, name := range f.Spec.Fallback {
		p := e.flow(string(name), Fallback)
		out.Parts = append(out.Parts, p)
		if p.Basis != Unknown {
			failing *= 1 - p.Availability
		}
	}
	out.Availability = 1 - failing
	for _, p := range out.Parts {
		out.Complete = out.Complete && p.Basis != Unknown
	}
	return out, known
}

// stepServices gives what serves the usual way of a flow, each once.
func stepServices(f *flow.Flow) []string {
	out := make([]string, 0, 4)
	for _, s := range f.Steps[:len(f.Spec.Steps)] {
		if s.Service != "" && !slices.Contains(out, s.Service) {
			out = append(out, s.Service)
		}
	}
	return out
}

// service is the part of a service, or of a component that is none.
func (e *estimator) service(name string) Part {
	if !e.services.has(name) && e.components.has(name) {
		return e.component(name)
	}
	p := Part{Kind: manifest.KindService, Name: name, Role: Serial, Basis: Unknown}
	if a := e.part(name).held; a > 0 {
		p.Availability, p.Basis = a, ByTarget
	}
	return p
}

// component is what a provider promises, or else what follows from what it depends on.
func (e *estimator) component(name string) Part {
	id := manifest.KindComponent + "/" + name
	if p, ok := e.done[id]; ok {
		return p
	}
	p := Part{Kind: manifest.KindComponent, Name: name, Role: Serial, Basis: Unknown}
	spec := e.components.by[name].Spec
	if a := spec.Availability.Share(); a > 0 {
		p.Availability, p.Basis = a, ByPromise
	} else if !e.circular[id] && len(spec.DependsOn) > 0 {
		p.Availability, p.Basis = 1, ByEstimate
		for _, on := range spec.DependsOn {
			q := e.service(string(on))
			if q.Basis == Unknown {
				p.Availability, p.Basis = 0, Unknown
				break
			}
			p.Availability *= q.Availability
		}
	}
	e.done[id] = p
	return p
}

// target is the availability that a flow asks for; 0: none, or there is no such flow.
func (c *Catalog) target(name string) float64 {
	if f, ok := c.flows.by[name]; ok {
		return available(f)
	}
	return 0
}

// flow is another flow's target, or else its estimate.
func (e *estimator) flow(name string, role Role) Part {
	id := manifest.KindFlow + "/" + name
	p, ok := e.done[id]
	if !ok {
		p = Part{Kind: manifest.KindFlow, Name: name, Basis: Unknown}
		f, there := e.flows.by[name]
		if a := e.target(name); a > 0 {
			p.Availability, p.Basis = a, ByTarget
		} else if there && !e.circular[id] {
			if own, known := e.of(f); known && own.Complete {
				p.Availability, p.Basis = own.Availability, ByEstimate
			}
		}
		e.done[id] = p
	}
	p.Role = role
	return p
}
