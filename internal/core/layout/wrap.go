package layout

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// wrap breaks a picture that is much higher than wide into columns, at places that only one
// line passes. That line goes on at the top of the next column.
func (g *Graph) wrap(o Options, size Size) Size {
	if o.Wrap == 0 || size.H <= o.Tall || size.W*100 >= size.H*o.Wrap {
		return size
	}
	cuts := g.cuts()
	var best []column
	for n := 2; n <= len(cuts)+1; n++ {
		columns := g.columns(chosen(cuts, size.H, n), size.H)
		best = columns
		wide, high := extent(columns, o)
		if wide*100 >= high*o.Wrap || high <= o.Tall {
			break
		}
	}
	if _, high := extent(best, o); len(best) < 2 || high*4 > size.H*3 {
		return size // a turn is worth its trouble only if it saves much
	}
	g.fold(best, o)
	return g.home()
}

// cuts finds the y that no box and no label is at, and one line passes alone.
func (g *Graph) cuts() []int {
	var solid []span
	for _, b := range g.Boxes {
		solid = append(solid, span{b.Y, b.Y + b.H})
	}
	var spans []span
	for _, l := range g.Lines {
		if l.Label.W > 0 {
			solid = append(solid, span{l.LabelAt.Y, l.LabelAt.Y + l.LabelAt.H})
		}
		for i := 1; i < len(l.Points); i++ {
			if a, b := l.Points[i-1].Y, l.Points[i].Y; a != b {
				spans = append(spans, span{min(a, b), max(a, b)})
			}
		}
	}
	slices.SortFunc(solid, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var cuts []int
	end := math.MaxInt
	for _, s := range solid {
		if y := end + (s.from-end)/2; s.from > end+1 && alone(spans, y) {
			cuts = append(cuts, y)
		}
		if end == math.MaxInt || s.to > end {
			end = s.to
		}
	}
	return cuts
}

// alone says whether exactly one line passes y, and passes it straight.
func alone(spans []span, y int) bool {
	n := 0
	for _, s := range spans {
		if s.from <= y && y <= s.to {
			n++
		}
	}
	return n == 1
}

// chosen picks the cuts for at most n columns that leave the highest one as low as can be.
func chosen(cuts []int, high, n int) []int {
	room := high/n + sort.Search(high, func(more int) bool { return len(picked(cuts, high, high/n+more)) < n })
	return picked(cuts, high, room)
}

// picked picks as few cuts as leave columns no higher than room, if there are such cuts.
func picked(cuts []int, high, room int) []int {
	var found []int
	last := 0
	for i, c := range cuts {
		if high-last <= room {
			break
		}
		if i+1 < len(cuts) && cuts[i+1] <= last+room {
			continue // there is a better one
		}
		found = append(found, c)
		last = c
	}
	return found
}
