package run

import (
	"slipway.dev/internal/core/cloudevent"
	"slipway.dev/internal/core/workflow/jq"
)

// shelf has the listeners for events of one type. Those that are tied to an event by a value
// are found by it, so that ten thousand runs which each wait for their own order cost no more than one.
type shelf struct {
	all   map[*listener]struct{} // that are found by nothing else
	keyed map[string]*keyed      // by expression
	count int
}

type keyed struct {
	from   *jq.Expr
	values map[string]map[*listener]struct{}
}

func (s *shelf) add(n *listener) {
	s.count++
	k := s.keyed[n.from]
	if k == nil && n.from != "" {
		if from, err := jq.Compile(n.from); err == nil {
			k = &keyed{from, map[string]map[*listener]struct{}{}}
			if s.keyed == nil {
				s.keyed = map[string]*keyed{}
			}
			s.keyed[n.from] = k
		}
	}
	switch {
	case k == nil:
		if s.all == nil {
			s.all = map[*listener]struct{}{}
		}
		s.all[n] = struct{}{}
	case k.values[n.value] == nil:
		k.values[n.value] = map[*listener]struct{}{n: {}}
	default:
		k.values[n.value][n] = struct{}{}
	}
}

func (s *shelf) remove(n *listener) {
	s.count--
	delete(s.all, n)
	k := s.keyed[n.from]
	if k == nil {
		return
	}
	if delete(k.values[n.value], n); len(k.values[n.value]) == 0 {
		delete(k.values, n.value)
	}
	if len(k.values) == 0 {
		delete(s.keyed, n.from)
	}
}

// candidates gives those that an event may be for.
func (s *shelf) candidates(e cloudevent.Event, list []*listener) []*listener {
	if s == nil {
		return list
	}
	for n := range s.all {
		list = append(list, n)
	}
	for _, k := range s.keyed {
		v, err := k.from.Eval(map[string]any(e), nil)
		if err != nil {
			continue // it is not of the form that they wait for
		}
		for n := range k.values[canonical(v)] {
			list = append(list, n)
		}
	}
	return list
}
