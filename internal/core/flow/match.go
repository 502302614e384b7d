package flow

import (
	"errors"
	"fmt"
)

// Matcher finds the steps of flows that a request is of. It is filled once and then only
// read, by any number of goroutines.
//
// Within one flow, a request is of the most specific step, by the precedence of
// http.ServeMux: a step with its method before one for any method, then, segment by segment
// from the left, a literal before {x} before {x...}. Where two steps of a flow overlap and
// neither is more specific (ServeMux and manifests refuse such pairs), the same order
// decides, and the first listed of two equal ones. The flows do not influence one another.
//
// A path is matched as it was sent, with its escapes, which are resolved segment by
// segment: %2F is no slash. Repeated slashes count as one. Nothing is redirected: the step
// "/a/" does not match the path "/a".
type Matcher struct {
	trees map[string]*Tree
}

// Ref is a step of one of the flows that a Matcher was made of.
type Ref struct {
	Flow, Step int // positions in the flows and their steps as given to NewMatcher
	Place      int // position in Tree.Steps
}

// NewMatcher makes one of all steps that are requests. The error names each step whose
// request is no pattern; see CheckRequest.
func NewMatcher(flows []Flow) (*Matcher, error) {
	m := &Matcher{trees: map[string]*Tree{}}
	var errs []error
	for i, f := range flows {
		for j, s := range f.Steps {
			if s.Request == "" {
				continue
			}
			if err := m.add(s, i, j); err != nil {
				errs = append(errs, fmt.Errorf("flow %s, step %s: %w", f.Name, s.Name, err))
			}
		}
	}
	return m, errors.Join(errs...)
}

func (m *Matcher) add(s Step, flow, step int) error {
	p, err := parse(s.Request)
	if err != nil {
		return err
	}
	t := m.trees[s.Service]
	if t == nil {
		t = &Tree{methods: map[string]*node{}, last: -1}
		m.trees[s.Service] = t
	}
	t.add(p, Ref{Flow: flow, Step: step, Place: len(t.steps)})
	return nil
}

// Tree gives what matches the requests to one service; nil, which matches nothing, if no
// step names the service.
func (m *Matcher) Tree(service string) *Tree { return m.trees[service] }
