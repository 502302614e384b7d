package catalog

import (
	"fmt"

	"slipway.dev/internal/core/flow"
)

// State is how a flow does in an attribute.
type State string

// The states.
const (
	OK          State = "ok"
	Found       State = "finding"
	NotAssessed State = "notAssessed" // nothing in the manifests can tell
)

// Attribute is one of the nine attributes of a well-designed flow.
type Attribute struct {
	Name   string   `json:"name"`
	State  State    `json:"state"`
	Looked string   `json:"looked"`          // what was looked at
	Texts  []string `json:"texts,omitempty"` // what was found, or why it was not assessed
	Hint   string   `json:"hint,omitempty"`  // what to do
}

// The attributes.
const (
	Scoped       = "scoped"
	Logical      = "logical"
	Maintainable = "maintainable"
	Defined      = "defined"
	Reliable     = "reliable"
	Scalable     = "scalable"
	Secure       = "secure"
	Efficient    = "efficient"
	UserCentric  = "userCentric"
)

// Attributes gives the nine attributes of a flow, always in the same order; nil: there is no
// such flow.
func (c *Catalog) Attributes(name string) []Attribute {
	f, ok := c.flows.by[name]
	if !ok {
		return nil
	}
	out := make([]Attribute, len(assessments))
	for i, assess := range assessments {
		out[i].State = OK
		assess(c, f, &out[i])
	}
	return out
}

var assessments = []func(*Catalog, *flow.Flow, *Attribute){(*Catalog).scoped, (*Catalog).logical, (*Catalog).maintainable, (*Catalog).defined,
	(*Catalog).reliable, (*Catalog).scalable, (*Catalog).secure, (*Catalog).efficient, (*Catalog).userCentric}

// assess makes findings of what is found in all attributes of a flow.
func (q *inquiry) assess() {
	for _, assess := range assessments {
		q.now = Attribute{State: OK}
		assess(q.Catalog, q.Flow, &q.now)
		for _, f := range q.now.tell(q.Flow) {
			q.say(f, "spec")
		}
	}
}

// looks says what is assessed, by what, and what helps if something is found.
func (a *Attribute) looks(name, at, hint string) { a.Name, a.Looked, a.Hint = name, at, hint }

func (a *Attribute) found(format string, args ...any) {
	if a.State == NotAssessed {
		a.Texts = nil
	}
	a.State, a.Texts = Found, append(a.Texts, fmt.Sprintf(format, args...))
}

// silent says that nothing can tell, unless something was found.
func (a *Attribute) silent(why string) {
	if a.State != Found {
		a.State, a.Texts = NotAssessed, append(a.Texts, why)
	}
}

// tell makes what was found findings. They weigh more for a flow that much depends on.
func (a Attribute) tell(f *flow.Flow) []Finding {
	if a.State != Found {
		return nil
	}
	severity := Info
	if f.Criticality == flow.High {
		severity = Warning
	}
	var out []Finding
	for _, t := range a.Texts {
		out = append(out, Finding{Code: a.Name, Severity: severity, Attribute: a.Name, Text: t, Looked: a.Looked, Hint: a.Hint})
	}
	return out
}
