package layout

import "math"

// pack places boxes in rows that together are about as wide as high, by two thirds.
func (g *Graph) pack(o Options) Size {
	area, widest := 0, 0
	for _, b := range g.Boxes {
		area += (b.W + o.Gap) * (b.H + o.Gap)
		widest = max(widest, b.W)
	}
	width := max(widest, int(math.Sqrt(float64(area)*1.5)))
	x, y, tall := 0, 0, 0
	for i := range g.Boxes {
		b := &g.Boxes[i]
		if x > 0 && x+b.W > width {
			x, y, tall = 0, y+tall+o.Gap, 0
		}
		b.X, b.Y = x, y
		x, tall = x+b.W+o.Gap, max(tall, b.H)
	}
	return g.home()
}
