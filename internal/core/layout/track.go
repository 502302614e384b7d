package layout

import "slices"

// net is wires that share a horizontal line in a channel, because they come from one port or
// go to one box.
type net struct {
	y         int   // at first the number of its line, from above
	low, high int   // x
	tops      []int // x of what goes up from it
	bottoms   []int // x of what goes down from it
}

// sorting is how often the nets of a channel may change places with their neighbours.
const sorting = 24

// tracks makes the nets of a channel, and says how many horizontal lines they need.
func (l *layered) tracks(wires []*wire) ([]*net, int) {
	nets := sorted(bundle(wires))
	count := 0
	for i, n := range nets {
		for _, m := range nets[:i] {
			if m.low-l.o.Track < n.high && n.low-l.o.Track < m.high {
				n.y = max(n.y, m.y+1)
			}
		}
		count = max(count, n.y+1)
	}
	return nets, count
}

// bundle joins wires. Those that go straight down need no horizontal line.
func bundle(wires []*wire) []*net {
	type key struct {
		vertex int
		out    bool
		light  bool
		x      int
	}
	out := func(w *wire) key { return key{w.from, true, w.light, w.a.x} }
	in := func(w *wire) key { return key{w.to, false, w.light, w.b.x} }
	outs, ins := map[key]int{}, map[key]int{}
	for _, w := range wires {
		outs[out(w)]++
		ins[in(w)]++
	}
	var found []*net
	known := map[key]*net{}
	for _, w := range wires {
		if w.a.x == w.b.x && w.a.low != w.b.low && outs[out(w)] == 1 {
			continue
		}
		k := out(w)
		if outs[k] == 1 && ins[in(w)] > 1 {
			k = in(w)
		}
		n := known[k]
		if n == nil {
			n = &net{low: w.a.x, high: w.a.x}
			known[k] = n
			found = append(found, n)
		}
		n.add(w)
	}
	return found
}

func (n *net) add(w *wire) {
	w.net = n
	for _, p := range []pin{w.a, w.b} {
		n.low, n.high = min(n.low, p.x), max(n.high, p.x)
		if p.low {
			n.bottoms = append(n.bottoms, p.x)
		} else {
			n.tops = append(n.tops, p.x)
		}
	}
}

// sorted puts nets above each other so that they cross little.
func sorted(nets []*net) []*net {
	slices.SortStableFunc(nets, func(a, b *net) int { return a.low - b.low })
	for range sorting {
		changed := false
		for i := 1; i < len(nets); i++ {
			if a, b := nets[i-1], nets[i]; cost(b, a) < cost(a, b) {
				nets[i-1], nets[i] = b, a
				changed = true
			}
		}
		if !changed {
			break
		}
	}
	return nets
}

// hidden is what it costs that two lines run over each other, in crossings.
const hidden = 1000

// cost is how much two nets cross when one is above the other.
func cost(above, below *net) int {
	n := 0
	for _, x := range below.tops {
		if above.low < x && x < above.high {
			n++
		}
		if slices.Contains(above.bottoms, x) {
			n += hidden
		}
	}
	for _, x := range above.bottoms {
		if below.low < x && x < below.high {
			n++
		}
	}
	return n
}
