package layout

import (
	"cmp"
	"math"
	"slices"
)

// item is what takes up room: a box, a label, or the horizontal part of lines.
type item struct {
	low, high int  // x, with the space that it keeps beside it
	y         *int // of its upper edge
	h         int
	space     int // above and below it
}

// compact moves everything up as far as it goes without passing what is above it, so that a
// high box does not hold up what is beside it. Whatever lines pass through stays in order, because both of a line's
// ends are things that must not pass what is between.
func (l *layered) compact() {
	items := l.items()
	slices.SortStableFunc(items, func(a, b item) int { return cmp.Or(cmp.Compare(*a.y, *b.y), cmp.Compare(a.low, b.low)) })
	left, right := math.MaxInt, math.MinInt
	for _, it := range items {
		left, right = min(left, it.low), max(right, it.high)
	}
	free := make([]int, right-left+1) // by x: from where there is nothing
	for _, it := range items {
		under := free[it.low-left : it.high-left+1]
		y := 0
		if top := slices.Max(under); top > 0 {
			y = top + it.space
		}
		*it.y = y
		for x := range under {
			under[x] = y + it.h + it.space
		}
	}
}

func (l *layered) items() []item {
	var items []item
	beside := l.o.Gap/2 - 1 // neighbours touch, and do not overlap
	for i := range l.vertices {
		if v := &l.vertices[i]; v.box >= 0 || v.label {
			items = append(items, item{v.x - half(v.w) - beside, v.x + half(v.w) + beside, &v.y, v.h, l.o.Step / 2})
		}
	}
	for _, n := range l.nets {
		items = append(items, item{n.low - l.o.Track/2 + 1, n.high + l.o.Track/2 - 1, &n.y, 0, l.o.Track / 2})
	}
	return items
}
