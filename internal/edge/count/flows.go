package count

import (
	"maps"
	"slices"

	"slipway.dev/internal/wire/edgewire"
)

// Steps are all steps for one service. They are compared by identity: a release keeps its
// cells as long as it is asked for with the same Steps.
type Steps struct {
	List []Step
}

// flowList is the cells of a release by place.
type flowList struct {
	steps *Steps
	cells []*FlowCell
	left  int
}

// FlowCells gives a release's cells by the places of the steps. The last one is for requests
// that are of no step, and also counts for steps that there is no room for: left says how
// many those are.
func (r *Registry) FlowCells(k Key, steps *Steps) (cells []*FlowCell, left int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l, ok := r.lists[k]
	if !ok || l.steps != steps || l.left > 0 {
		l = r.makeList(k, steps)
		r.lists[k] = l
	}
	return l.cells, l.left
}

func (r *Registry) makeList(k Key, steps *Steps) flowList {
	l := flowList{steps: steps}
	rest := r.flowCell(k, other)
	if steps != nil {
		for _, s := range steps.List {
			c := r.flowCell(k, s)
			if c == nil {
				c = rest
				l.left++
			}
			l.cells = append(l.cells, c)
		}
	}
	l.cells = append(l.cells, rest)
	return l
}

// flowCell gives the cell of a step; nil if there are too many. What left the table gives
// way.
func (r *Registry) flowCell(k Key, s Step) *FlowCell {
	key := flowKey{k, s.Flow, s.Name}
	delete(r.gone, key)
	c := r.flows[key]
	if c != nil && slices.Equal(c.bounds, s.Bounds) {
		return c
	}
	if c == nil && s.Flow != "" && len(r.flows)-len(r.cells) >= maxFlowCells {
		r.drop(maps.Clone(r.gone))
		if len(r.flows)-len(r.cells) >= maxFlowCells {
			return nil
		}
	}
	c = newFlowCell(key, s.Bounds, c)
	r.flows[key] = c
	return c
}

func (r *Registry) ownFlows() []edgewire.FlowCounter {
	out := make([]edgewire.FlowCounter, 0, len(r.flows))
	for _, c := range r.flows {
		if c.counted() {
			out = append(out, c.read())
		}
	}
	return out
}

func keyOfFlow(c edgewire.FlowCounter) flowKey {
	return flowKey{
		Key{Service: c.Service, Environment: c.Environment, Release: c.Release, Deployment: c.Deployment}, c.Flow, c.Step,
	}
}

// combineFlows combines figures of the same step and release. If their bounds differ, the
// latency of the list that follows is taken where newer says so.
func combineFlows(f func(x, y uint64) uint64, newer func(a, b edgewire.FlowCounter) bool, lists ...[]edgewire.FlowCounter) []edgewire.FlowCounter {
	var out []edgewire.FlowCounter
	at := map[flowKey]int{}
	for _, list := range lists {
		for _, c := range list {
			k := keyOfFlow(c)
			if i, ok := at[k]; ok {
				out[i] = eachFlow(out[i], c, f, newer)
				continue
			}
			if n := len(c.Bounds) + 1; len(c.Latency) != n { // whoever wrote it
				c.Latency = eachOf(c.Latency, nil, n, add)
			}
			at[k] = len(out)
			out = append(out, c)
		}
	}
	return out
}

// later: the second of two sources began later, and goes by newer bounds.
func later(_, _ edgewire.FlowCounter) bool { return true }

// busier: of two reports of the same source, the newer one has more requests.
func busier(a, b edgewire.FlowCounter) bool { return b.Requests > a.Requests }

func eachFlow(a, b edgewire.FlowCounter, f func(x, y uint64) uint64, newer func(a, b edgewire.FlowCounter) bool) edgewire.FlowCounter {
	switch n := len(a.Bounds) + 1; {
	case slices.Equal(a.Bounds, b.Bounds):
		a.Latency = eachOf(a.Latency, b.Latency, n, f)
		if len(a.Units.Latency)+len(b.Units.Latency) > 0 {
			a.Units.Latency = eachOf(a.Units.Latency, b.Units.Latency, n, f)
		}
	case newer(a, b):
		a.Bounds, a.Latency, a.Units.Latency = b.Bounds, b.Latency, b.Units.Latency
	}
	a.Requests = f(a.Requests, b.Requests)
	a.Errors = f(a.Errors, b.Errors)
	a.Anonymous = f(a.Anonymous, b.Anonymous)
	a.Plain = f(a.Plain, b.Plain)
	a.Units.Requests = f(a.Units.Requests, b.Units.Requests)
	a.Units.Errors = f(a.Units.Errors, b.Units.Errors)
	return a
}
