package layout

import "math"

// pack places boxes in rows that together are wider than high by half. Boxes without a size
// are not seen, and take no place.
func (g *Graph) pack(o Options) Size {
	area, sum, widest, n := 0, 0, 0, 0
	for _, b := range g.Boxes {
		if b.W > 0 {
			area += (b.W + o.Gap) * (b.H + o.Gap)
			sum, widest, n = sum+b.W, max(widest, b.W), n+1
		}
	}
	grid := widest*n*10 <= sum*13 // boxes of about one width stand under each other
	width := max(widest, int(math.Sqrt(float64(area)*1.5)))
	x, y, tall := 0, 0, 0
	for i := range g.Boxes {
		b := &g.Boxes[i]
		if b.W == 0 {
			continue
		}
		if x > 0 && x+b.W > width {
			x, y, tall = 0, y+tall+o.Gap, 0
		}
		b.X, b.Y = x, y
		wide := b.W
		if grid {
			wide = widest
		}
		x, tall = x+wide+o.Gap, max(tall, b.H)
	}
	return g.home()
}
