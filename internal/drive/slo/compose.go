package slo

import "math"

// compose puts what a source said of a step into a history.
func (h *history) compose(t *tier, slot int64, f figures, i int) {
	name := h.flow.Name
	edge := h.columns.edge && at(f.up, i) > 0
	seen := orNone(at(f.requests[name], i), edge)
	failed := orNone(at(f.errors[name], i), !math.IsNaN(seen))
	all, bad := seen, failed
	switch {
	case h.columns.measure != nil: // see measured
	case len(h.columns.events) > 0:
		if !h.columns.edge {
			all, bad = 0, 0
		}
		for _, s := range h.columns.events {
			scraped := at(f.scraped[s.Service], i) > 0
			n := orNone(at(f.counted[counter{s.Service, s.Metric}], i), scraped)
			all += n
			if s.Failed != "" {
				bad += orNone(at(f.counted[counter{s.Service, s.Failed}], i), scraped || !math.IsNaN(n))
			}
		}
		fallthrough
	default:
		t.put(0, slot, all)
	}
	if h.columns.seen != 0 {
		t.put(h.columns.seen, slot, seen)
	}
	for k, o := range h.objectives {
		switch {
		case o.Bound > 0:
			t.put(h.columns.bad+k, slot, slow(seen, at(f.within[o.Bound][name], i)))
		case h.columns.measure == nil:
			t.put(h.columns.bad+k, slot, bad)
		}
	}
}

// orNone takes a counter that has no figure for none, if somebody looked: a counter begins to
// be with the first that it counts.
func orNone(value float64, looked bool) float64 {
	if math.IsNaN(value) && looked {
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
