// Package flow is what a business flow means: which requests are its steps, with which
// bounds their latency is counted, and how steps and flows make up one another's
// reliability. The edge matches requests by it.
package flow

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/manifest"
)

// Criticality is how much depends on a flow.
type Criticality string

// The criticalities.
const (
	Low    Criticality = "low"
	Medium Criticality = "medium"
	High   Criticality = "high"
)

// Flow is a manifest's flow with its name and all that follows where it says nothing.
type Flow struct {
	Name        string
	Team        string
	Criticality Criticality
	Spec        manifest.Flow
	Steps       []Step // those of Spec and of its alternatives
}

// Step is one step of a flow with its name.
type Step struct {
	Name      string
	Path      string // name of the alternative that it is of; empty: the usual way
	Service   string
	Request   string // "POST /orders"; empty: it is an event
	Event     string
	Metric    string // of an event: counter of the service's own that counts it
	Failed    string
	Condition string // when it is taken; empty: always
}

// Of reads a flow.
func Of(r manifest.Resource) (Flow, error) {
	spec, err := r.FlowSpec()
	if err != nil {
		return Flow{}, err
	}
	f := Flow{Name: r.Name, Team: r.Team, Criticality: Criticality(spec.Criticality), Spec: spec}
	n := len(spec.Steps)
	for _, a := range spec.Alternatives {
		n += len(a.Steps)
	}
	f.Steps = make([]Step, 0, n)
	f.take("", spec.Steps)
	for _, a := range spec.Alternatives {
		f.take(string(a.Name), a.Steps)
	}
	for i := range f.Steps {
		f.Steps[i].Name = unique(f.Steps[:i], f.Steps[i].Name)
	}
	return f, nil
}

// take puts in the steps of a path.
func (f *Flow) take(path string, steps []manifest.FlowStep) {
	for _, s := range steps {
		step := Step{Name: string(s.Name), Path: path, Service: string(s.Service), Request: string(s.Request), Event: string(s.Event), Metric: string(s.Metric), Failed: string(s.Failed), Condition: string(s.Condition)}
		if step.Name == "" {
			step.Name = strings.TrimSpace(step.Service + " " + cmp.Or(step.Request, step.Event))
		}
		f.Steps = append(f.Steps, step)
	}
}

func unique(earlier []Step, name string) string {
	taken := func(s Step) bool { return s.Name == name }
	for n, base := 2, name; slices.ContainsFunc(earlier, taken); n++ {
		name = fmt.Sprintf("%s (%d)", base, n)
	}
	return name
}

// DefaultBounds are the upper bounds of latency histograms in seconds.
var DefaultBounds = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}

// Bounds are those of the flow's histogram: the default ones, and those that its targets ask
// for, so that each target is measured exactly.
func (f Flow) Bounds() []float64 {
	out := slices.Clone(DefaultBounds)
	for _, d := range f.Spec.Targets.Reliability.Latency {
		out = append(out, d.Value().Seconds())
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Escalation is the team whose path is gone when the flow does badly.
func (f Flow) Escalation() string { return cmp.Or(string(f.Spec.Escalation), f.Team) }

// Notice is how long before planned maintenance must be announced; 0: maintenance never
// counts as planned.
func (f Flow) Notice() time.Duration { return f.Spec.Targets.Operations.Notice.Value() }

// Services gives those that take part in the flow, in the order of their first step.
func (f Flow) Services() []string {
	var list []string
	for _, s := range f.Steps {
		if s.Service != "" && !slices.Contains(list, s.Service) {
			list = append(list, s.Service)
		}
	}
	return list
}

// Serves says whether a service takes part in the flow.
func (f Flow) Serves(service string) bool {
	return slices.ContainsFunc(f.Steps, func(s Step) bool { return s.Service == service })
}
