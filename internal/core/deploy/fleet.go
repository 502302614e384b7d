package deploy

import (
	"slices"
	"strconv"
)

// States of an instance that the lane acts upon; they are target.State's words.
const (
	stateHealthy   = "healthy"
	stateCrashLoop = "crashLoop"
	stateFailed    = "failed"
)

func (r *Release) id(c Copy) string { return r.Deployment + "." + strconv.Itoa(c.Index) }

// ensure makes at least n instances desired: it takes back those that were to go, unless
// they do not come up, then begins new ones.
func (r *Release) ensure(n int) {
	have := r.staying()
	for i := range r.Copies {
		if c := &r.Copies[i]; have < n && c.Out && !c.broken() {
			c.Out, c.Leaving = false, 0
			have++
		}
	}
	for ; have < n; have++ {
		r.Copies = append(r.Copies, Copy{Index: r.Next})
		r.Next++
	}
}

// shrink lets instances go until n stay: those that are not healthy first, then the latest.
func (r *Release) shrink(n int) {
	for surplus := r.staying() - n; surplus > 0; surplus-- {
		worst := -1
		for i, c := range r.Copies {
			if !c.Out && (worst < 0 || c.State != stateHealthy || r.Copies[worst].State == stateHealthy) {
				worst = i
			}
		}
		r.Copies[worst].Out = true
	}
}

// broken says that an instance does not come up.
func (c Copy) broken() bool { return c.State == stateCrashLoop || c.State == stateFailed }

// renew lets instances go that do not come up, so that new ones can take their place.
func (r *Release) renew() {
	for i := range r.Copies {
		if c := &r.Copies[i]; c.broken() {
			c.Out = true
		}
	}
}

func (r *Release) staying() int {
	n := 0
	for _, c := range r.Copies {
		if !c.Out {
			n++
		}
	}
	return n
}

// healthy gives the instances that may take traffic.
func (r *Release) healthy() []RoutedTarget {
	var out []RoutedTarget
	for _, c := range r.Copies {
		if c.State == stateHealthy && !c.Out && c.Address != "" {
			out = append(out, RoutedTarget{ID: r.id(c), Address: c.Address})
		}
	}
	return out
}

// replicas is how many instances it is to have; a workflow has none.
func (r *Release) replicas() int {
	if r.activates() {
		return 0
	}
	return max(1, r.Rollout.Replicas)
}

// up says whether it can serve.
func (r *Release) up() bool { return r.activates() || len(r.healthy()) > 0 }

// releases gives all releases that may have instances.
func (s *State) releases() []*Release {
	var all []*Release
	if s.Current != nil {
		all = append(all, s.Current)
	}
	if s.Active != nil && s.Active.Target != nil {
		all = append(all, s.Active.Target)
	}
	if s.Active != nil && s.Active.Beside != nil {
		all = append(all, s.Active.Beside)
	}
	for i := range s.Kept {
		all = append(all, &s.Kept[i])
	}
	for i := range s.Retired {
		all = append(all, &s.Retired[i])
	}
	return all
}

func (s *State) find(deployment string) *Release {
	for _, r := range s.releases() {
		if r.Deployment == deployment {
			return r
		}
	}
	return nil
}

// instance takes in what the target saw.
func (w *work) instance(i Instance) error {
	if len(i.Address) > maxName || len(i.State) > maxName {
		return refuse("the observation of instance %.64q is too long", i.ID)
	}
	for _, r := range w.releases() {
		for n := range r.Copies {
			c := &r.Copies[n]
			if r.id(*c) != i.ID {
				continue
			}
			seen := *c
			seen.State, seen.Address, seen.Restarts = i.State, i.Address, i.Restarts
			if seen == *c {
				return refuse("nothing new of instance %s", i.ID)
			}
			*c, w.detail = seen, i.Detail
			w.doubt(r)
			return nil
		}
	}
	return refuse("instance %.64q is none of this lane's", i.ID)
}

// retire lets all instances of a release go.
func (w *work) retire(r Release) {
	r.shrink(0)
	if len(r.Copies) > 0 {
		w.Retired = append(w.Retired, r)
	}
}

// sweep drops the instances that are to go and that the edge sends nothing any more.
func (w *work) sweep() {
	for _, r := range w.releases() {
		for i := range r.Copies {
			c := &r.Copies[i]
			switch routed := w.routes(r.id(*c)); {
			case !c.Out || routed:
				c.Leaving = 0
			case c.Leaving == 0:
				c.Leaving = w.Route.Revision
			}
		}
		r.Copies = slices.DeleteFunc(r.Copies, func(c Copy) bool { return c.Out && !w.routes(r.id(c)) && c.Leaving <= w.Route.Applied })
		if len(r.Copies) == 0 {
			r.Copies = nil
		}
	}
	w.Retired = slices.DeleteFunc(w.Retired, func(r Release) bool { return len(r.Copies) == 0 })
	if len(w.Retired) == 0 {
		w.Retired = nil
	}
}
