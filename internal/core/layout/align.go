package layout

import "slices"

// alignment is one of the four ways to align vertices.
type alignment struct {
	*layered
	above     bool // with neighbours above; otherwise below
	right     bool // as far right as possible; otherwise left
	conflicts map[pair]bool
	root      []int // by vertex: the first of its block, whose x all have
	block     []int // by vertex: the next of its block, in a ring
}

func (a *alignment) coordinates() []int {
	a.align()
	x := a.compact()
	for v := range x {
		x[v] = x[a.root[v]]
	}
	if a.right {
		for v := range x {
			x[v] = -x[v]
		}
	}
	return x
}

// align joins vertices to blocks that stand straight under each other.
func (a *alignment) align() {
	a.root, a.block = make([]int, len(a.vertices)), make([]int, len(a.vertices))
	for v := range a.vertices {
		a.root[v], a.block[v] = v, v
	}
	for i := range a.layers {
		r := i
		if !a.above {
			r = len(a.layers) - 1 - i
		}
		last := -1
		for _, v := range a.sequence(a.layers[r]) {
			for _, w := range a.medians(v) {
				at := a.place(a.vertices[w].pos, a.vertices[w].rank)
				if a.block[v] == v && at > last && !a.conflict(v, w) {
					a.block[w] = v
					a.root[v] = a.root[w]
					a.block[v] = a.root[v]
					last = at
				}
			}
		}
	}
}

// sequence is a layer in the direction of this way.
func (a *alignment) sequence(layer []int) []int {
	if !a.right {
		return layer
	}
	turned := slices.Clone(layer)
	slices.Reverse(turned)
	return turned
}

// place is a position in a layer in the direction of this way.
func (a *alignment) place(pos, rank int) int {
	if a.right {
		return len(a.layers[rank]) - 1 - pos
	}
	return pos
}

func (a *alignment) conflict(v, w int) bool {
	if a.above {
		return a.conflicts[pair{w, v}]
	}
	return a.conflicts[pair{v, w}]
}

// medians are the one or two neighbours in the middle, of those on the main way if there
// are any. A light line aligns nothing that the main way passes through.
func (a *alignment) medians(v int) []int {
	ways := func(v int, above bool) []link {
		if above {
			return a.vertices[v].up
		}
		return a.vertices[v].down
	}
	links := ways(v, a.above)
	main := hasMain(links)
	var around []int
	for _, k := range links {
		if k.light && (main || hasMain(ways(k.to, !a.above))) {
			continue
		}
		around = append(around, k.to)
	}
	slices.SortStableFunc(around, func(x, y int) int {
		vx, vy := a.vertices[x], a.vertices[y]
		return a.place(vx.pos, vx.rank) - a.place(vy.pos, vy.rank)
	})
	if n := len(around); n > 0 {
		return around[(n-1)/2 : n/2+1]
	}
	return nil
}

func hasMain(links []link) bool {
	return slices.ContainsFunc(links, func(k link) bool { return !k.light })
}

// compact puts the blocks as near to each other as gaps allow: first each as far to the left
// as it goes, then back to the right to what follows it.
func (a *alignment) compact() []int {
	type next struct{ block, apart int }
	after, before := make([][]next, len(a.vertices)), make([][]next, len(a.vertices))
	for _, layer := range a.layers {
		row := a.sequence(layer)
		for i := 1; i < len(row); i++ {
			u, v := a.root[row[i-1]], a.root[row[i]]
			gap := a.apart(row[i-1], row[i])
			after[u] = append(after[u], next{v, gap})
			before[v] = append(before[v], next{u, gap})
		}
	}
	x := make([]int, len(a.vertices))
	order := a.blocks(func(v int, visit func(int)) {
		for _, n := range before[v] {
			visit(n.block)
		}
	})
	for _, v := range order {
		for _, n := range before[v] {
			x[v] = max(x[v], x[n.block]+n.apart)
		}
	}
	for i := len(order) - 1; i >= 0; i-- {
		v := order[i]
		if len(after[v]) == 0 {
			continue
		}
		least := x[after[v][0].block] - after[v][0].apart
		for _, n := range after[v] {
			least = min(least, x[n.block]-n.apart)
		}
		x[v] = max(x[v], least)
	}
	return x
}

// blocks gives the blocks, each behind all that must be left of it.
func (a *alignment) blocks(before func(v int, visit func(int))) []int {
	seen := make([]bool, len(a.vertices))
	var order []int
	var visit func(int)
	visit = func(v int) {
		if seen[v] {
			return
		}
		seen[v] = true
		before(v, visit)
		order = append(order, v)
	}
	for v := range a.vertices {
		if a.root[v] == v {
			visit(v)
		}
	}
	return order
}
