package layout

import (
	"math"
	"slices"
)

// place gives each vertex the x of its middle, so that boxes stand under each other and long
// lines are straight: Brandes and Köpf, Fast and simple horizontal coordinate assignment. Vertices are
// aligned with their median neighbours in four ways, leaning up or down and left or right, and the mean of the two middle ones is taken. It
// keeps the order and the gaps, because all four do.
func (l *layered) place() {
	var found [4][]int
	narrowest, width := 0, math.MaxInt
	conflicts := l.conflicts()
	for i := range found {
		a := alignment{layered: l, above: i < 2, right: i%2 == 1, conflicts: conflicts}
		found[i] = a.coordinates()
		if w := l.extent(found[i]); w < width {
			narrowest, width = i, w
		}
	}
	low, high := l.ends(found[narrowest])
	for i := range found {
		lo, hi := l.ends(found[i])
		shift := low - lo
		if i%2 == 1 {
			shift = high - hi
		}
		for v := range found[i] {
			found[i][v] += shift
		}
	}
	for v := range l.vertices {
		four := []int{found[0][v], found[1][v], found[2][v], found[3][v]}
		slices.Sort(four)
		l.vertices[v].x = (four[1] + four[2]) >> 1 // rounds down, also below zero: gaps stay
	}
}

// ends gives where a placement begins and ends.
func (l *layered) ends(x []int) (low, high int) {
	low, high = math.MaxInt, math.MinInt
	for v := range l.vertices {
		low = min(low, x[v]-half(l.vertices[v].w))
		high = max(high, x[v]+half(l.vertices[v].w))
	}
	return low, high
}

func (l *layered) extent(x []int) int {
	low, high := l.ends(x)
	return high - low
}

// half is rounded up, so that two halves hold the whole.
func half(n int) int { return (n + 1) / 2 }

// apart is how far the middles of two neighbours in a layer must be from each other.
func (l *layered) apart(a, b int) int {
	va, vb := l.vertices[a], l.vertices[b]
	gap := l.o.Gap
	if va.box < 0 && vb.box < 0 && !va.label && !vb.label {
		gap = l.o.Track
	}
	return half(va.w) + half(vb.w) + gap
}

// passing says whether a link is a piece in the middle of a long line.
func (l *layered) passing(v int, k link) bool {
	return l.vertices[v].box < 0 && l.vertices[k.to].box < 0
}

type pair struct{ upper, lower int }

// conflicts are links that cross a piece of a long line: it must be straight, they need not.
func (l *layered) conflicts() map[pair]bool {
	found := map[pair]bool{}
	for r := 1; r < len(l.layers); r++ {
		upper, layer := l.layers[r-1], l.layers[r]
		from, scanned := 0, 0
		for i, v := range layer {
			to := len(upper)
			inner := l.inner(v)
			if inner < 0 && i < len(layer)-1 {
				continue
			}
			if inner >= 0 {
				to = inner
			}
			for ; scanned <= i; scanned++ {
				w := layer[scanned]
				for _, k := range l.vertices[w].up {
					if pos := l.vertices[k.to].pos; (pos < from || pos > to) && !l.passing(w, k) {
						found[pair{k.to, w}] = true
					}
				}
			}
			from = to
		}
	}
	return found
}

// inner is the place of the vertex above in the same long line; -1 if there is none.
func (l *layered) inner(v int) int {
	for _, k := range l.vertices[v].up {
		if l.passing(v, k) {
			return l.vertices[k.to].pos
		}
	}
	return -1
}
