// Package layouttest says what is wrong with a picture.
package layouttest

import (
	"fmt"

	"slipway.dev/internal/core/layout"
)

// Check gives all that is wrong with a graph that was arranged into size, boxes within boxes
// included: nothing, if it is right.
func Check(g *layout.Graph, o layout.Options, size layout.Size) []string {
	return check(g, o, layout.Rect{W: size.W, H: size.H}, "")
}

func check(g *layout.Graph, o layout.Options, in layout.Rect, path string) []string {
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, path+fmt.Sprintf(format, args...)) }
	areas := make([]layout.Rect, 0, len(g.Boxes)+len(g.Lines))
	for i, b := range g.Boxes {
		r := layout.Rect{X: b.X, Y: b.Y, W: b.W, H: b.H}
		areas = append(areas, r)
		if !holds(in, r) {
			say("box %d %v is not in %v", i, r, in)
		}
		if b.Inside != nil {
			inner := layout.Rect{X: b.X + b.Pad.Left, Y: b.Y + b.Pad.Top, W: b.W - b.Pad.Left - b.Pad.Right, H: b.H - b.Pad.Top - b.Pad.Bottom}
			wrong = append(wrong, check(b.Inside, o, inner, fmt.Sprintf("%s%d/", path, i))...)
		}
	}
	for i, l := range g.Lines {
		if g.Pack {
			break
		}
		if l.Label.W > 0 {
			if l.LabelAt.W != l.Label.W || l.LabelAt.H != l.Label.H || !holds(in, l.LabelAt) {
				say("label of line %d has %v, wants %v in %v", i, l.LabelAt, l.Label, in)
			}
			areas = append(areas, l.LabelAt)
		}
		for _, what := range line(g, o, l) {
			say("line %d %v: %s", i, l.Points, what)
		}
		for _, p := range l.Points {
			if !holds(in, layout.Rect{X: p.X, Y: p.Y}) {
				say("line %d leaves %v at %v", i, in, p)
			}
		}
	}
	for i, a := range areas {
		for j, b := range areas[:i] {
			if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
				say("areas %d %v and %d %v overlap", j, b, i, a)
			}
		}
	}
	return wrong
}

func holds(out, in layout.Rect) bool {
	return in.X >= out.X && in.Y >= out.Y && in.X+in.W <= out.X+out.W && in.Y+in.H <= out.Y+out.H
}

// line says what is wrong with the way of a line.
func line(g *layout.Graph, o layout.Options, l layout.Line) []string {
	if len(l.Points) < 2 {
		return []string{"it has no way"}
	}
	var wrong []string
	from, to := g.Boxes[l.From], g.Boxes[l.To]
	first, last := l.Points[0], l.Points[len(l.Points)-1]
	begins := first.Y == from.Y+from.H && first.X >= from.X && first.X <= from.X+from.W
	ends := last.Y == to.Y && last.X >= to.X && last.X <= to.X+to.W
	if o.Right {
		begins = first.X == from.X+from.W && first.Y >= from.Y && first.Y <= from.Y+from.H
		ends = last.X == to.X && last.Y >= to.Y && last.Y <= to.Y+to.H
	}
	if !begins || !ends {
		wrong = append(wrong, fmt.Sprintf("it does not lead from %+v to %+v", from, to))
	}
	for i := 1; i < len(l.Points); i++ {
		a, b := l.Points[i-1], l.Points[i]
		if a.X != b.X && a.Y != b.Y || a == b {
			wrong = append(wrong, fmt.Sprintf("%v to %v is not straight", a, b))
		}
		for k, box := range g.Boxes {
			if through(a, b, layout.Rect{X: box.X, Y: box.Y, W: box.W, H: box.H}) {
				wrong = append(wrong, fmt.Sprintf("%v to %v passes through box %d %+v", a, b, k, box))
			}
		}
		for k, other := range g.Lines {
			if other.Label.W > 0 && other.LabelAt != l.LabelAt && through(a, b, other.LabelAt) {
				wrong = append(wrong, fmt.Sprintf("%v to %v passes through the label of line %d", a, b, k))
			}
		}
	}
	return wrong
}

// through says whether a piece of a line passes through the inside of a rectangle.
func through(a, b layout.Point, r layout.Rect) bool {
	return min(a.X, b.X) < r.X+r.W && max(a.X, b.X) > r.X && min(a.Y, b.Y) < r.Y+r.H && max(a.Y, b.Y) > r.Y
}
