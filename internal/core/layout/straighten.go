package layout

import (
	"cmp"
	"slices"
)

// bend is a link that is nearly straight.
type bend struct {
	upper, lower int
	light        bool
	by           int // how far the upper end is right of the lower one
}

// straighten moves what hangs together by straight lines a little, where that makes another
// line straight and there is room.
func (l *layered) straighten() {
	var bends []bend
	for v := range l.vertices {
		for _, k := range l.vertices[v].down {
			by := l.vertices[v].x - l.vertices[k.to].x
			if side := l.vertices[v].box >= 0 && l.g.Lines[k.line].Side; !side && by != 0 && max(by, -by) <= l.o.Gap {
				bends = append(bends, bend{v, k.to, k.light, by})
			}
		}
	}
	slices.SortStableFunc(bends, func(a, b bend) int {
		if a.light != b.light {
			if a.light {
				return 1
			}
			return -1
		}
		return cmp.Compare(max(a.by, -a.by), max(b.by, -b.by))
	})
	for _, b := range bends {
		by := l.vertices[b.upper].x - l.vertices[b.lower].x
		if by != 0 && !l.shift(b.lower, by) {
			l.shift(b.upper, -by)
		}
	}
}

// shift moves a vertex and all that is straight above and below it, if there is room.
func (l *layered) shift(v, by int) bool {
	block := []int{v}
	in := map[int]bool{v: true}
	for i := 0; i < len(block); i++ {
		at := &l.vertices[block[i]]
		for _, links := range [][]link{at.up, at.down} {
			for _, k := range links {
				if !in[k.to] && l.vertices[k.to].x == at.x {
					in[k.to] = true
					block = append(block, k.to)
				}
			}
		}
	}
	for _, k := range block {
		layer, at := l.layers[l.vertices[k].rank], l.vertices[k]
		if p := at.pos - 1; p >= 0 && !in[layer[p]] && at.x+by-l.vertices[layer[p]].x < l.apart(layer[p], k) {
			return false
		}
		if p := at.pos + 1; p < len(layer) && !in[layer[p]] && l.vertices[layer[p]].x-at.x-by < l.apart(k, layer[p]) {
			return false
		}
	}
	for _, k := range block {
		l.vertices[k].x += by
	}
	return true
}
