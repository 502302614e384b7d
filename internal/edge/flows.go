package edge

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"unicode/utf8"

	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/edge/count"
	"slipway.dev/internal/wire/edgewire"
)

// What flows may have at most. What is more is left out.
const (
	maxFlows     = 20_000
	maxFlowSteps = 100_000 // of all flows
	maxBounds    = 64
	maxFlowName  = 1024 // bytes
)

// flows is what a table's flows mean for each service. It is kept as long as they do not
// change.
//
// A flow that is wrong is left out as a whole, and the edge says so in Hello.Problem:
// measuring must not keep anybody from routing, and part of a flow would be measured as if
// it were all of it.
type flows struct {
	wire     []edgewire.Flow
	services map[string]*steps
	problem  string
}

// steps is those for one service.
type steps struct {
	tree  *flow.Tree
	count *count.Steps
}

// flowsOf gives the compiled flows, those of before if they are the same.
func flowsOf(wire []edgewire.Flow, before *flows) *flows {
	if before != nil && reflect.DeepEqual(wire, before.wire) {
		return before
	}
	f := &flows{wire: wire, services: map[string]*steps{}}
	kept, coreFlows, problem := sound(wire)
	m, err := flow.NewMatcher(coreFlows)
	f.problem = sayProblems(errors.Join(problem, err))
	for _, one := range coreFlows {
		for _, s := range one.Steps {
			if tree := m.Tree(s.Service); f.services[s.Service] == nil && tree != nil {
				f.services[s.Service] = stepsOf(tree, kept)
			}
		}
	}
	return f
}

func stepsOf(tree *flow.Tree, kept []edgewire.Flow) *steps {
	out := &steps{tree: tree, count: &count.Steps{}}
	for _, ref := range tree.Steps() {
		f := kept[ref.Flow]
		out.count.List = append(out.count.List, count.Step{Flow: f.Name, Name: f.Steps[ref.Step].Name, Bounds: f.Bounds})
	}
	return out
}

// sound gives the flows that can be measured, and why the others cannot.
func sound(wire []edgewire.Flow) (kept []edgewire.Flow, same []flow.Flow, problem error) {
	var problems []error
	seen, steps := map[string]bool{}, 0
	for _, f := range wire {
		err := checkFlow(f)
		switch {
		case err != nil:
		case seen[f.Name]:
			err = errors.New("it is there twice")
		case len(kept) == maxFlows || steps+len(f.Steps) > maxFlowSteps:
			err = fmt.Errorf("there are more than %d flows or %d steps", maxFlows, maxFlowSteps)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("flow %.80q is not measured: %w", f.Name, err))
			continue
		}
		seen[f.Name] = true
		steps += len(f.Steps)
		kept, same = append(kept, f), append(same, flowOf(f))
	}
	return kept, same, errors.Join(problems...)
}

func flowOf(wire edgewire.Flow) flow.Flow {
	f := flow.Flow{Name: wire.Name}
	for _, s := range wire.Steps {
		f.Steps = append(f.Steps, flow.Step{Name: s.Name, Service: s.Service, Request: s.Request})
	}
	return f
}

func checkFlow(f edgewire.Flow) error {
	if !isName(f.Name) {
		return fmt.Errorf("its name must have 1 to %d bytes of UTF-8", maxFlowName)
	}
	if len(f.Bounds) == 0 || len(f.Bounds) > maxBounds {
		return fmt.Errorf("%d bounds of its latency; there must be 1 to %d", len(f.Bounds), maxBounds)
	}
	last := 0.0
	for _, b := range f.Bounds {
		if b <= last || b > math.MaxInt64/1e9 {
			return fmt.Errorf("bounds %v: they must be above 0, and ascend", f.Bounds)
		}
		last = b
	}
	for i, s := range f.Steps {
		if !isName(s.Name) || !nameForm.MatchString(s.Service) {
			return fmt.Errorf("steps[%d] (%.80q): a step needs a name and a service", i, s.Name)
		}
		if err := flow.CheckRequest(s.Request); err != nil {
			return fmt.Errorf("step %.80q: %w", s.Name, err)
		}
	}
	return nil
}

func isName(s string) bool { return s != "" && len(s) <= maxFlowName && utf8.ValidString(s) }

// sayProblems makes a short text of many.
func sayProblems(err error) string {
	if err == nil {
		return ""
	}
	const most = 3
	lines := strings.SplitN(err.Error(), "\n", most+1)
	if len(lines) > most {
		lines[most] = fmt.Sprintf("and %d more", strings.Count(lines[most], "\n")+1)
	}
	return strings.Join(lines, "; ")
}
