package slo

import "math"

// compose puts what a source said of a step into a history.
func (h *history) compose(t *tier, slot int64, f figures, i int) {
	name, c := h.flow.Name, h.columns
	seen := at(f.requests[name], i)
	all, bad := h.availability(f, i)
	if c.measure == nil { // see evaluated
		t.put(0, slot, all)
	}
	if c.seen != 0 {
		t.put(c.seen, slot, seen)
	}
	for k, o := range h.objectives {
		switch {
		case o.Bound > 0:
			t.put(c.bad+k, slot, slow(seen, at(f.within[o.Bound][name], i)))
		case c.measure == nil:
			t.put(c.bad+k, slot, bad)
		}
	}
}

// availability gives how often a flow was taken in a step, and how often that failed: requests
// that the edge saw, and events that services count. It is known if all of it is. A counter of
// failures may not be there before the first.
func (h *history) availability(f figures, i int) (all, bad float64) {
	switch {
	case h.columns.edge:
		all, bad = at(f.requests[h.flow.Name], i), orNone(at(f.errors[h.flow.Name], i))
	case len(h.columns.events) == 0:
		return math.NaN(), math.NaN() // it has nothing that could be counted
	}
	for _, s := range h.columns.events {
		all += at(f.counted[counter{s.Service, s.Metric}], i)
		if s.Failed != "" {
			bad += orNone(at(f.counted[counter{s.Service, s.Failed}], i))
		}
	}
	return all, bad
}

func orNone(value float64) float64 {
	if math.IsNaN(value) {
		return 0
	}
	return value
}

// slow gives how many of the requests were not within a bound. Where there were requests and
// nobody counted by this bound (it is new, perhaps), that is not known.
func slow(seen, within float64) float64 {
	if seen == 0 {
		return 0
	}
	return max(0, seen-within) // NaN stays NaN
}
