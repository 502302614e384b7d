// Package graph finds circles among things that name one another.
package graph

import "slices"

// Circles gives the groups of names that can all be reached from one another, in the order
// in which the names are given; a name by itself is one only if it leads to itself. What
// next names and names has not is passed over. It takes time in proportion to names and
// edges (Tarjan 1972), and no more of the stack for a longer way.
func Circles(names []string, next func(string) []string) [][]string {
	s := search{at: map[string]*place{}}
	for _, n := range names {
		if ways := next(n); len(ways) > 0 { // what leads nowhere is in no circle
			s.at[n] = &place{ways: ways}
		}
	}
	for _, n := range names {
		if p, ok := s.at[n]; ok && p.index == 0 {
			s.from(n)
		}
	}
	return s.found
}

// place is what is known of a name. Index 0: nothing yet.
type place struct {
	ways       []string
	index, low int
	waits      bool // it is on the stack of what is not yet in a group
}

// frame is a name whose ways are being gone.
type frame struct {
	name string
	ways []string
}

type search struct {
	at    map[string]*place
	count int
	stack []string
	found [][]string
}

func (s *search) from(root string) {
	calls := []frame{s.enter(root)}
	for len(calls) > 0 {
		f := &calls[len(calls)-1]
		here := s.at[f.name]
		if len(f.ways) == 0 {
			calls = calls[:len(calls)-1]
			s.leave(f.name, here)
			if len(calls) > 0 {
				up := s.at[calls[len(calls)-1].name]
				up.low = min(up.low, here.low)
			}
			continue
		}
		name := f.ways[0]
		f.ways = f.ways[1:]
		switch there, ok := s.at[name]; {
		case !ok:
		case there.index == 0:
			calls = append(calls, s.enter(name))
		case there.waits:
			here.low = min(here.low, there.index)
		}
	}
}

func (s *search) enter(name string) frame {
	s.count++
	p := s.at[name]
	p.index, p.low, p.waits = s.count, s.count, true
	s.stack = append(s.stack, name)
	return frame{name, p.ways}
}

// leave takes a whole group off the stack when its first name is left.
func (s *search) leave(name string, p *place) {
	if p.low != p.index {
		return
	}
	i := len(s.stack) - 1
	for s.stack[i] != name {
		i--
	}
	group := slices.Clone(s.stack[i:])
	s.stack = s.stack[:i]
	for _, n := range group {
		s.at[n].waits = false
	}
	if len(group) > 1 || slices.Contains(p.ways, name) {
		s.found = append(s.found, group)
	}
}

// Way gives a shortest way from a name back to itself as the names that it leads over, the
// name itself at its end; nil if there is none. It stays within the given names.
func Way(name string, within []string, next func(string) []string) []string {
	allowed := make(map[string]bool, len(within))
	for _, n := range within {
		allowed[n] = true
	}
	came := map[string]string{}
	for queue := []string{name}; len(queue) > 0; queue = queue[1:] {
		for _, n := range next(queue[0]) {
			if n == name {
				return back(came, queue[0], name)
			}
			if _, seen := came[n]; !seen && allowed[n] {
				came[n] = queue[0]
				queue = append(queue, n)
			}
		}
	}
	return nil
}

// back follows the way from its last name to its first.
func back(came map[string]string, last, name string) []string {
	way := []string{name}
	for n := last; n != name; n = came[n] {
		way = append(way, n)
	}
	slices.Reverse(way)
	return way
}
