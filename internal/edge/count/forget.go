package count

import (
	"slices"
	"time"

	"slipway.dev/internal/wire/edgewire"
)

// keepGone is how long figures are kept of what left the table: a release that no longer
// serves, a step that is no longer in a flow. Whoever reads them has read them by then.
const keepGone = 24 * time.Hour

// Forget drops the figures of what is not in the table, and has not been for a day. Figures
// never get less; they vanish. inTable has the releases of the table. No table may be
// compiled meanwhile.
func (r *Registry) Forget(inTable map[Key]bool, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	current := map[flowKey]bool{}
	for k, l := range r.lists {
		if !inTable[k] {
			delete(r.lists, k)
			continue
		}
		for _, c := range l.cells {
			current[c.key] = true
		}
	}
	expired := map[flowKey]time.Time{}
	for k := range r.known() {
		since, marked := r.gone[k]
		switch {
		case current[k]:
			delete(r.gone, k)
		case !marked:
			r.gone[k] = now
		case now.Sub(since) > keepGone:
			expired[k] = since
		}
	}
	r.drop(expired)
}

// known gives all that there are figures of.
func (r *Registry) known() map[flowKey]bool {
	out := map[flowKey]bool{}
	for k := range r.flows {
		out[k] = true
	}
	for k := range r.cells {
		out[flowKey{Key: k}] = true
	}
	for _, s := range r.others {
		for _, c := range s.Flows {
			out[keyOfFlow(c)] = true
		}
		for _, c := range s.Counters {
			out[flowKey{Key: keyOf(c)}] = true
		}
	}
	return out
}

// drop forgets keys. With the cell for requests that are of no step goes all of the release.
func (r *Registry) drop(keys map[flowKey]time.Time) {
	if len(keys) == 0 {
		return
	}
	for k := range keys {
		delete(r.gone, k)
		delete(r.flows, k)
		if k.flow == "" {
			delete(r.cells, k.Key)
		}
	}
	for i := range r.others {
		s := &r.others[i] // its lists are shared with who asked for Sources: new ones are made
		s.Flows = slices.DeleteFunc(slices.Clone(s.Flows), func(c edgewire.FlowCounter) bool { _, ok := keys[keyOfFlow(c)]; return ok })
		s.Counters = slices.DeleteFunc(slices.Clone(s.Counters), func(c edgewire.Counter) bool { _, ok := keys[flowKey{Key: keyOf(c)}]; return ok })
	}
}
