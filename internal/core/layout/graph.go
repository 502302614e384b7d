package layout

// Graph is boxes and the lines between them, listed in the order in which they are read.
type Graph struct {
	Boxes []Box
	Lines []Line
	Pack  bool // the boxes are placed in rows, without lines. Arrange sets it for what is tangled
}

// Box is a box; what is inside of it belongs to it alone. Arrange sets X and Y, of the upper
// left corner, and makes a box as big as what is inside needs.
type Box struct {
	X, Y, W, H int
	Inside     *Graph
	Pad        Pad
}

// Pad is the space that a box keeps free around what is inside.
type Pad struct{ Top, Right, Bottom, Left int }

// Line leads from one box to another, or the same. Arrange sets Points and LabelAt.
type Line struct {
	From, To int  // indexes of boxes
	Label    Size // zero: none
	Light    bool // beside the main way: it does not have to be straight
	Side     bool // leaves its box beside the middle
	Points   []Point
	LabelAt  Rect
}

// Size is a width and a height.
type Size struct{ W, H int }

// Point is a point.
type Point struct{ X, Y int }

// Rect is a rectangle by its upper left corner.
type Rect struct{ X, Y, W, H int }

// Options say how a picture is to look.
type Options struct {
	Right bool // layers go from left to right instead of downward
	Gap   int  // between boxes side by side
	Step  int  // between layers, at least
	Track int  // between lines side by side
	// Wrap is how wide in percent of its height a graph should be that is higher than Tall: it
	// is broken into columns for that, or with Right into rows. 0: never.
	Wrap int
	Tall int
}

// Arrange places all that is in the graph, also inside of boxes, and gives the size of the whole. The upper left
// corner is 0, 0.
func (g *Graph) Arrange(o Options) Size {
	size := g.arrange(o)
	g.settle(0, 0)
	return size
}

// arrange places the boxes relative to their graph.
func (g *Graph) arrange(o Options) Size {
	for i := range g.Boxes {
		b := &g.Boxes[i]
		if b.Inside == nil {
			continue
		}
		in := b.Inside.arrange(o)
		b.W = max(b.W, in.W+b.Pad.Left+b.Pad.Right)
		b.H = max(b.H, in.H+b.Pad.Top+b.Pad.Bottom)
	}
	if g.Pack {
		return g.pack(o)
	}
	if o.Right {
		g.transpose()
	}
	size := g.layer(o)
	if o.Right {
		g.transpose()
		size = Size{size.H, size.W}
	}
	return size
}

// transpose swaps the axes, so that layers are laid out in one direction only.
func (g *Graph) transpose() {
	for i := range g.Boxes {
		b := &g.Boxes[i]
		b.X, b.Y, b.W, b.H = b.Y, b.X, b.H, b.W
	}
	for i := range g.Lines {
		l := &g.Lines[i]
		l.Label = Size{l.Label.H, l.Label.W}
		l.LabelAt = Rect{l.LabelAt.Y, l.LabelAt.X, l.LabelAt.H, l.LabelAt.W}
		for k, p := range l.Points {
			l.Points[k] = Point{p.Y, p.X}
		}
	}
}

// settle moves everything to where it is in the whole picture. What is inside of a box that
// is bigger than it needs is put in the middle of it.
func (g *Graph) settle(dx, dy int) {
	g.move(dx, dy)
	for _, b := range g.Boxes {
		if b.Inside == nil {
			continue
		}
		in := b.Inside.bounds()
		b.Inside.settle(b.X+b.Pad.Left+(b.W-b.Pad.Left-b.Pad.Right-in.W)/2, b.Y+b.Pad.Top+(b.H-b.Pad.Top-b.Pad.Bottom-in.H)/2)
	}
}

// move moves a graph, but not what is inside of its boxes.
func (g *Graph) move(dx, dy int) {
	for i := range g.Boxes {
		g.Boxes[i].X += dx
		g.Boxes[i].Y += dy
	}
	for i := range g.Lines {
		l := &g.Lines[i]
		if l.Label.W > 0 {
			l.LabelAt.X, l.LabelAt.Y = l.LabelAt.X+dx, l.LabelAt.Y+dy
		}
		for k := range l.Points {
			l.Points[k].X += dx
			l.Points[k].Y += dy
		}
	}
}

// bounds is what the boxes, labels and lines of a graph take up.
func (g *Graph) bounds() Rect {
	first := true
	var x0, y0, x1, y1 int
	take := func(x, y, w, h int) {
		if first {
			x0, y0, x1, y1, first = x, y, x+w, y+h, false
		}
		x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x+w), max(y1, y+h)
	}
	for _, b := range g.Boxes {
		take(b.X, b.Y, b.W, b.H)
	}
	for _, l := range g.Lines {
		if l.LabelAt.W > 0 {
			take(l.LabelAt.X, l.LabelAt.Y, l.LabelAt.W, l.LabelAt.H)
		}
		for _, p := range l.Points {
			take(p.X, p.Y, 0, 0)
		}
	}
	return Rect{x0, y0, x1 - x0, y1 - y0}
}

// home moves a graph's upper left corner to 0, 0, and gives its size.
func (g *Graph) home() Size {
	in := g.bounds()
	g.move(-in.X, -in.Y)
	return Size{in.W, in.H}
}
