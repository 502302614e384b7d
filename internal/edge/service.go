package edge

import (
	"net/http"
	"sync/atomic"

	"slipway.dev/internal/edge/count"
)

// service shares out the requests for one service in one environment.
type service struct {
	key      string
	groups   []*group
	turns    []*group // whose turn it is, over and over; see turns
	turn     atomic.Uint32
	inFlight *atomic.Int64 // the same in all tables
	none     *group        // has no instances; counts requests while there is no other
	sticky   *sticky       // nil: users are not told apart
	steps    *steps        // of flows; nil: none
	apart    bool          // units are counted
	salt     uint64        // tells its steps from others' among units
	trouble  *trouble      // nil: none
}

// group is the instances of one deployment.
type group struct {
	weight    int
	upTo      uint64 // end of its part of the lots; see divide
	match     *match // nil: none
	upstreams []*upstream
	turn      atomic.Uint32
	cell      *count.Cell
	flows     []*count.FlowCell // by place in steps; the last one is for requests of no step
}

func serviceKey(environment, name string) string { return environment + "/" + name }

// choose gives the group that a request is for: one that matches it, else by its user's lot,
// else the one whose turn it is.
func (s *service) choose(h http.Header, lot uint64, drawn bool) *group {
	for _, g := range s.groups {
		if g.match != nil && g.match.of(h) {
			return g
		}
	}
	if len(s.turns) == 0 {
		return s.none
	}
	if drawn {
		for _, g := range s.groups {
			if g.weight > 0 && lot <= g.upTo {
				return g
			}
		}
	}
	return s.turns[int(s.turn.Add(1)-1)%len(s.turns)]
}

// pick gives an instance of the group that was chosen. If that has nobody, another with a
// weight takes the request. It may give no instance; the group counts the request in any
// case.
func (s *service) pick(chosen *group, avoid *upstream) (*group, *upstream) {
	if u := chosen.least(avoid); u != nil {
		return chosen, u
	}
	for _, g := range s.groups {
		if g == chosen || g.weight == 0 {
			continue
		}
		if u := g.least(avoid); u != nil {
			return g, u
		}
	}
	return chosen, nil
}

// least gives the instance with the fewest requests in flight, beginning with another
// one each time; nil if all are ejected or to be avoided.
func (g *group) least(avoid *upstream) *upstream {
	n := len(g.upstreams)
	if n == 0 {
		return nil
	}
	start := int(g.turn.Add(1)-1) % n
	var best *upstream
	var fewest int64
	for i := range n {
		u := g.upstreams[(start+i)%n]
		if u == avoid || u.ejected.Load() {
			continue
		}
		if in := u.inFlight.Load(); best == nil || in < fewest {
			best, fewest = u, in
		}
	}
	return best
}

// maxTurns bounds the memory of the order of turns; shares are exact up to it.
const maxTurns = 1000

// turns lays out whose turn it is so that each group has its share in any long enough
// stretch, as evenly spread as can be (smooth weighted round robin): 1% of 200 requests
// is two, not "two on average".
func turns(groups []*group) []*group {
	weights, total := shares(groups)
	current := make([]int, len(groups))
	out := make([]*group, 0, total)
	for range total {
		best := -1
		for i, w := range weights {
			current[i] += w
			if w > 0 && (best < 0 || current[i] > current[best]) {
				best = i
			}
		}
		current[best] -= total
		out = append(out, groups[best])
	}
	return out
}

// shares gives the weights in lowest terms and their sum.
func shares(groups []*group) (weights []int, total int) {
	divisor, sum := 0, 0
	for _, g := range groups {
		divisor, sum = gcd(divisor, g.weight), sum+g.weight
	}
	weights = make([]int, len(groups))
	for i, g := range groups {
		if g.weight == 0 {
			continue
		}
		if w := g.weight / divisor; sum/divisor <= maxTurns {
			weights[i] = w
		} else {
			weights[i] = max(1, g.weight*maxTurns/sum)
		}
		total += weights[i]
	}
	return weights, total
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
