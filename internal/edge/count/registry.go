package count

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"slipway.dev/internal/wire/edgewire"
)

// past is the source that the figures of edges long gone are folded into.
const past = "past"

// What is kept: sources that no longer report, counters of the past, and cells of flows.
const (
	keepSources  = 8
	keepCounters = 2000
	maxFlowCells = 50_000 // besides those for requests that are of no step
)

// Registry has all cells of this process, and what others counted.
type Registry struct {
	id       string
	unrouted atomic.Uint64

	mu     sync.Mutex // never taken while a request is served
	cells  map[Key]*Cell
	flows  map[flowKey]*FlowCell
	lists  map[Key]flowList
	gone   map[flowKey]time.Time // since when something is not in the table; see Forget
	others []edgewire.Source     // oldest first; past is at the front, if it is there
}

// NewRegistry makes an empty one. id names this process among all edges that there ever
// were on this state directory.
func NewRegistry(id string) *Registry {
	return &Registry{id: id, cells: map[Key]*Cell{}, flows: map[flowKey]*FlowCell{}, lists: map[Key]flowList{}, gone: map[flowKey]time.Time{}}
}

// Cell gives the cell of a key.
func (r *Registry) Cell(k Key) *Cell {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.cells[k]
	if c == nil {
		c = &Cell{key: k}
		r.cells[k] = c
	}
	return c
}

// Unrouted counts a request for which there is no route.
func (r *Registry) Unrouted() { r.unrouted.Add(1) }

// Own gives what this process counted, with the figures of flows or without.
func (r *Registry) Own(flows bool) edgewire.Source {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.own(flows)
}

func (r *Registry) own(flows bool) edgewire.Source {
	s := edgewire.Source{ID: r.id, Unrouted: r.unrouted.Load(), Counters: make([]edgewire.Counter, 0, len(r.cells))}
	if flows {
		s.Flows = r.ownFlows()
	}
	for k, c := range r.cells {
		if figures := c.read(); figures.Requests > 0 || k.Deployment != "" {
			s.Counters = append(s.Counters, figures)
		}
	}
	return s
}

// Sources gives what this process counted and what it knows of others: all that a
// successor needs.
func (r *Registry) Sources() []edgewire.Source {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append(slices.Clone(r.others), r.own(true))
}

// Learn takes in what another edge counted. Learning the same again, or something older,
// changes nothing.
func (r *Registry) Learn(s edgewire.Source) {
	if s.ID == "" || s.ID == r.id {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.others {
		if r.others[i].ID == s.ID {
			r.others[i] = higher(r.others[i], s)
			return
		}
	}
	s.Flows = combineFlows(add, later, s.Flows)
	if s.ID == past {
		r.others = slices.Insert(r.others, 0, s)
		return
	}
	r.others = append(r.others, s)
}

// Fold makes one of the oldest sources, except those that may still report.
func (r *Registry) Fold(reports func(id string) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var fixed []int
	for i, s := range r.others {
		if s.ID != past && !reports(s.ID) {
			fixed = append(fixed, i)
		}
	}
	if len(fixed) <= keepSources {
		return
	}
	old := edgewire.Source{ID: past}
	if r.others[0].ID == past {
		old = r.others[0]
	}
	var rest []edgewire.Source
	for i, s := range r.others {
		switch {
		case s.ID == past:
		case slices.Contains(fixed[:len(fixed)-keepSources], i):
			old = plus(old, s)
		default:
			rest = append(rest, s)
		}
	}
	old.Counters = old.Counters[max(0, len(old.Counters)-keepCounters):]
	old.Flows = old.Flows[max(0, len(old.Flows)-maxFlowCells):]
	r.others = append([]edgewire.Source{old}, rest...)
}

// Total is the sum over all sources.
func (r *Registry) Total() edgewire.Source {
	var all edgewire.Source
	var flows [][]edgewire.FlowCounter
	for _, s := range r.Sources() {
		if len(s.Flows) > 0 {
			flows = append(flows, s.Flows)
		}
		s.Flows = nil
		all = plus(all, s)
	}
	if len(flows) == 1 {
		all.Flows = flows[0] // there may be many
		return all
	}
	all.Flows = combineFlows(add, later, flows...)
	return all
}
