package catalog

import (
	"cmp"
	"slices"

	"slipway.dev/internal/core/manifest"
)

// Severity is how much a finding matters.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // what is declared cannot be so
	Warning Severity = "warning" // it will hurt one day
	Info    Severity = "info"    // something to know
)

// Codes of findings that are of no attribute of a flow.
const (
	Unreadable     = "unreadable"
	Missing        = "missing"         // something that is named and not declared
	NoService      = "no-service"      // a step that no service serves
	NoFlow         = "no-flow"         // a service, or a use case, without a flow
	Alone          = "alone"           // a flow or use case that nothing is made of
	Circle         = "circle"          // things that need one another
	Weaker         = "weaker"          // a flow that rests on something with a weaker target
	Nobody         = "nobody"          // an escalation path that names nobody
	Unmeasured     = "unmeasured"      // a target without a measure
	NoBudget       = "no-budget"       // a target of 100%
	TooLittle      = "too-little"      // traffic from which nothing will ever follow
	WrongComponent = "wrong-component" // a component of another type than its place asks for
)

// Finding is one thing that is declared but does not fit together.
type Finding struct {
	Code      string            `json:"code"`
	Severity  Severity          `json:"severity"`
	Kind      string            `json:"kind"`
	Name      string            `json:"name"`
	Attribute string            `json:"attribute,omitempty"` // of a well-designed flow
	Text      string            `json:"text"`                // what is the matter
	Looked    string            `json:"looked"`              // what was looked at
	Hint      string            `json:"hint,omitempty"`      // what to do
	At        manifest.Position `json:"at,omitzero"`         // zero for what has no file
}

// Findings gives all that is the matter: errors first, then by kind, name and place.
func (c *Catalog) Findings() []Finding { return Ordered(c.FindingsIn(0, 1)) }

// FindingsIn gives the findings of one of so many parts of the catalog, numbered from 0, so
// that a large one can be looked at by several at once. Ordered puts them together.
func (c *Catalog) FindingsIn(part, parts int) []Finding {
	var out []Finding
	if part == 0 {
		out = append(slices.Clone(c.broken), c.inCircles()...)
		for _, check := range []func() []Finding{c.ofServices, c.ofUseCases, c.ofProcesses, c.ofComponents} {
			out = append(out, check()...)
		}
	}
	declared, n := c.estimator(), len(c.flows.list)
	for _, f := range c.flows.list[n*part/parts : n*(part+1)/parts] {
		out = append(out, c.ofFlow(f, declared)...)
	}
	return out
}

// Ordered puts findings of all parts of a catalog into the order of Findings.
func Ordered(parts ...[]Finding) []Finding {
	out := slices.Concat(parts...)
	slices.SortStableFunc(out, order)
	return out
}

// FindingsOf gives what is the matter with one flow, without looking at the others but for
// circles that begin with it.
func (c *Catalog) FindingsOf(flow string) []Finding {
	wanted, ok := c.flows.by[flow]
	if !ok {
		return nil
	}
	out := c.ofFlow(wanted, c.estimator())
	for _, f := range c.inCircles() {
		if f.Kind == manifest.KindFlow && f.Name == flow {
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, order)
	return out
}

func order(a, b Finding) int {
	return cmp.Or(cmp.Compare(rank[a.Severity], rank[b.Severity]), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name),
		cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.At.Column, b.At.Column), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Attribute, b.Attribute), cmp.Compare(a.Text, b.Text))
}

var rank = map[Severity]int{Error: 0, Warning: 1, Info: 2}
