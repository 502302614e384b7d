package layout

import (
	"math"
	"slices"
)

// column is what is between two cuts.
type column struct {
	from, to    int // y
	left, right int // x of what is in it
	top, bottom int // y of what is in it
}

func extent(columns []column, o Options) (wide, high int) {
	for _, c := range columns {
		wide += c.right - c.left + gutter*o.Gap
		high = max(high, c.bottom-c.top+2*o.Step)
	}
	return wide, high
}

// gutter is the space between two columns, in gaps.
const gutter = 2

// span is a piece of a line that goes down.
type span struct{ from, to int }

// columns says what is between cuts.
func (g *Graph) columns(cuts []int, high int) []column {
	columns := make([]column, 0, len(cuts)+1)
	from := math.MinInt / 2
	for _, to := range append(slices.Clone(cuts), max(high, 0)*2) {
		columns = append(columns, column{from: from, to: to, left: math.MaxInt, right: math.MinInt, top: math.MaxInt, bottom: math.MinInt})
		from = to
	}
	take := func(x, y, w, h int) {
		c := &columns[at(columns, y)]
		c.left, c.right = min(c.left, x), max(c.right, x+w)
		c.top, c.bottom = min(c.top, y), max(c.bottom, y+h)
	}
	for _, b := range g.Boxes {
		take(b.X, b.Y, b.W, b.H)
	}
	for _, l := range g.Lines {
		if l.Label.W > 0 {
			take(l.LabelAt.X, l.LabelAt.Y, l.LabelAt.W, l.LabelAt.H)
		}
		for _, p := range l.Points {
			take(p.X, p.Y, 0, 0)
		}
	}
	return columns
}

// at is the column that y is in.
func at(columns []column, y int) int {
	for i, c := range columns {
		if y < c.to {
			return i
		}
	}
	return len(columns) - 1
}

// fold puts the columns beside each other, their upper edges at 0.
func (g *Graph) fold(columns []column, o Options) {
	shift := make([]Point, len(columns))
	x := 0
	for i, c := range columns {
		shift[i] = Point{x - c.left, -c.top}
		x += c.right - c.left + gutter*o.Gap
	}
	for i := range g.Boxes {
		b := &g.Boxes[i]
		by := shift[at(columns, b.Y)]
		b.X, b.Y = b.X+by.X, b.Y+by.Y
	}
	for i := range g.Lines {
		l := &g.Lines[i]
		if l.Label.W > 0 {
			by := shift[at(columns, l.LabelAt.Y)]
			l.LabelAt.X, l.LabelAt.Y = l.LabelAt.X+by.X, l.LabelAt.Y+by.Y
		}
		var points []Point
		for k, p := range l.Points {
			in := at(columns, p.Y)
			if k > 0 {
				for c := at(columns, l.Points[k-1].Y); c < in; c++ {
					points = append(points, turn(columns, shift, c, p.X, o)...)
				}
			}
			points = append(points, Point{p.X + shift[in].X, p.Y + shift[in].Y})
		}
		l.Points = corners(points)
	}
}

// turn leads a line at x from the lower end of column i to the upper end of the next.
func turn(columns []column, shift []Point, i, x int, o Options) []Point {
	c := columns[i]
	low, high := c.bottom+shift[i].Y+o.Step/2, -o.Step/2
	between := c.right + shift[i].X + gutter*o.Gap/2
	return []Point{{x + shift[i].X, low}, {between, low}, {between, high}, {x + shift[i+1].X, high}}
}
