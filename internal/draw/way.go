package draw

import (
	"fmt"
	"strings"

	"slipway.dev/internal/core/layout"
	"slipway.dev/internal/core/workflow/shape"
)

const round = 8 // radius of a corner

// way draws a line with round corners, and its tip.
func (p *picture) way(e shape.Edge, l layout.Line) {
	class := ""
	if e.Kind == shape.Error {
		class = " error"
	}
	end := l.Points[len(l.Points)-1]
	p.tag(`<path class="way%s" d="%s"/>`, class, path(l.Points))
	p.tag(`<path class="tip%s" d="M%d %dl-4.500 -8h9z"/>`, class, end.X, end.Y)
}

// path is the d of a line; its last pixels are left to the tip.
func path(points []layout.Point) string {
	var d strings.Builder
	fmt.Fprintf(&d, "M%d %d", points[0].X, points[0].Y)
	last := len(points) - 1
	for i := 1; i < last; i++ {
		a, b, c := points[i-1], points[i], points[i+1]
		r := min(round, distance(a, b)/2, distance(b, c)/2)
		in, out := toward(b, a, r), toward(b, c, r)
		fmt.Fprintf(&d, "L%d %dQ%d %d %d %d", in.X, in.Y, b.X, b.Y, out.X, out.Y)
	}
	tip := toward(points[last], points[last-1], min(6, distance(points[last], points[last-1])))
	fmt.Fprintf(&d, "L%d %d", tip.X, tip.Y)
	return d.String()
}

// distance of points on a line with right angles.
func distance(a, b layout.Point) int { return max(a.X-b.X, b.X-a.X) + max(a.Y-b.Y, b.Y-a.Y) }

// toward is the point r away from a on the way to b.
func toward(a, b layout.Point, r int) layout.Point {
	return layout.Point{X: a.X + r*sign(b.X-a.X), Y: a.Y + r*sign(b.Y-a.Y)}
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// label writes what a way is taken for, on it.
func (p *picture) label(e shape.Edge, l layout.Line) {
	at := l.LabelAt
	if at.W == 0 {
		return
	}
	tone := "soft"
	if e.Kind == shape.Error {
		tone = "bad"
	}
	p.tag(`<g data-tone="%s"><title>`, tone)
	p.text(strings.TrimSpace(e.Label + " " + e.Text))
	p.tag(`</title><rect class="card" x="%d" y="%d" width="%d" height="%d" rx="%d"/>`, at.X, at.Y, at.W, at.H, min(11, at.H/2))
	y := at.Y + 15
	for _, line := range []struct {
		font
		class, text string
	}{{marking, "m", e.Label}, {noting, "t", e.Text}} {
		if line.text == "" {
			continue
		}
		p.tag(`<text x="%d" y="%d" text-anchor="middle" class="%s">`, at.X+at.W/2, y, line.class)
		p.text(line.cut(line.text, at.W-14))
		p.tag("</text>")
		y += 14
	}
	p.tag("</g>")
}
