package layout

import "slices"

const sweeps = 16

// order looks for places in the layers with few crossings: each vertex goes to the mean of
// its neighbours in the layer before, down and up in turn. The best order that was seen is kept.
func (l *layered) order() {
	best, fewest := l.snapshot(), l.crossings()
	for i := 0; i < sweeps && fewest > 0; i++ {
		if i%2 == 0 {
			for r := 1; r < len(l.layers); r++ {
				l.sort(r, true)
			}
		} else {
			for r := len(l.layers) - 2; r >= 0; r-- {
				l.sort(r, false)
			}
		}
		if n := l.crossings(); n < fewest {
			best, fewest = l.snapshot(), n
		}
	}
	for r := range l.layers {
		l.layers[r] = best[r]
		for pos, v := range best[r] {
			l.vertices[v].pos = pos
		}
	}
}

// sort orders a layer by the means of the neighbours above, or below.
func (l *layered) sort(r int, above bool) {
	layer := l.layers[r]
	mean := make(map[int]float64, len(layer))
	for _, v := range layer {
		links := l.vertices[v].down
		if above {
			links = l.vertices[v].up
		}
		mean[v] = l.mean(v, links)
	}
	slices.SortStableFunc(layer, func(a, b int) int {
		switch {
		case mean[a] < mean[b]:
			return -1
		case mean[a] > mean[b]:
			return 1
		}
		return 0
	})
	for pos, v := range layer {
		l.vertices[v].pos = pos
	}
}

// mean is the mean place of a vertex' neighbours; one without stays where it is.
func (l *layered) mean(v int, links []link) float64 {
	if len(links) == 0 {
		return float64(l.vertices[v].pos)
	}
	sum := 0
	for _, k := range links {
		sum += l.vertices[k.to].pos
	}
	return float64(sum) / float64(len(links))
}

func (l *layered) snapshot() [][]int {
	copied := make([][]int, len(l.layers))
	for r, layer := range l.layers {
		copied[r] = slices.Clone(layer)
	}
	return copied
}

// crossings counts how often lines cross between layers (Barth, Jünger, Mutzel: Simple and
// efficient bilayer cross counting): the inversions of the lower ends, in the order of the upper ones.
func (l *layered) crossings() int {
	n := 0
	var ends []int
	for r := 0; r+1 < len(l.layers); r++ {
		ends = ends[:0]
		for _, v := range l.layers[r] {
			from := len(ends)
			for _, k := range l.vertices[v].down {
				ends = append(ends, l.vertices[k.to].pos)
			}
			slices.Sort(ends[from:])
		}
		n += inversions(ends, len(l.layers[r+1]))
	}
	return n
}

// inversions counts the pairs that are in the wrong order; all values are below size.
func inversions(values []int, size int) int {
	tree := make([]int, size+1) // Fenwick's: how many of each value were seen
	n := 0
	for seen, v := range values {
		n += seen
		for i := v + 1; i > 0; i -= i & -i {
			n -= tree[i]
		}
		for i := v + 1; i <= size; i += i & -i {
			tree[i]++
		}
	}
	return n
}
