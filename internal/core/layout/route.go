package layout

// pin is where a wire meets the edge of a channel.
type pin struct {
	x   int
	low bool // at the lower edge; otherwise the upper one
}

// wire is the piece of a line in a channel, the space between two layers. Layer r has channel
// r above it and r+1 below it.
type wire struct {
	channel int
	a, b    pin
	from    int // vertices that it comes from and goes to
	to      int
	light   bool
	net     *net // that its horizontal part is in; nil if it goes straight down
}

// route gives all boxes and labels their y, and all lines their points.
func (l *layered) route() {
	wires := make([][]wire, len(l.g.Lines))
	channels := make([][]*wire, len(l.layers)+1)
	for i := range l.g.Lines {
		wires[i] = l.wires(i)
		for k := range wires[i] {
			w := &wires[i][k]
			w.light = l.g.Lines[i].Light
			channels[w.channel] = append(channels[w.channel], w)
		}
	}
	l.stack(channels)
	l.compact()
	for i := range l.vertices {
		v := &l.vertices[i]
		if v.box >= 0 {
			b := &l.g.Boxes[v.box]
			b.X, b.Y = v.x-half(v.w), v.y
		}
	}
	for i := range l.g.Lines {
		l.draw(i, wires[i])
	}
}

// wires cuts a line into its pieces.
func (l *layered) wires(line int) []wire {
	of, chain := l.g.Lines[line], l.chains[line]
	v := func(i int) vertex { return l.vertices[chain[i]] }
	last := len(chain) - 1
	if l.back[line] {
		// Out below its box, up beside everything, and in from above.
		from, to := l.vertices[of.From], l.vertices[of.To]
		found := []wire{{channel: from.rank + 1, a: pin{l.port(line, v(last).x), false}, b: pin{v(last).x, false}, from: of.From, to: chain[last]}}
		for i := last; i > 0; i-- {
			found = append(found, wire{channel: v(i).rank, a: pin{v(i).x, true}, b: pin{v(i - 1).x, false}, from: chain[i], to: chain[i-1]})
		}
		return append(found, wire{channel: to.rank, a: pin{v(0).x, true}, b: pin{to.x, true}, from: chain[0], to: of.To})
	}
	var found []wire
	for i := 0; i < last; i++ {
		w := wire{channel: v(i).rank + 1, a: pin{v(i).x, false}, b: pin{v(i + 1).x, true}, from: chain[i], to: chain[i+1]}
		if i == 0 {
			w.a.x = l.port(line, v(1).x)
		}
		found = append(found, w)
	}
	return found
}

// corner is how far from the corners of its box a line stays.
const corner = 14

// port is the x where a line leaves its box on its way to where toward is: the middle, or for
// a line beside, straight above where it goes if that is not near the middle.
func (l *layered) port(line, toward int) int {
	of := l.g.Lines[line]
	from := l.vertices[of.From]
	if !of.Side || from.w < 4*corner {
		return from.x
	}
	least, most := from.w/4, from.w/2-corner
	if toward < from.x {
		return min(max(toward, from.x-most), from.x-least)
	}
	return max(min(toward, from.x+most), from.x+least)
}

// stack puts the layers under each other, with room for the lines in the channels.
func (l *layered) stack(channels [][]*wire) {
	y := 0
	for c, wires := range channels {
		nets, tracks := l.tracks(wires)
		for _, n := range nets {
			n.y = y + l.o.Step/2 + n.y*l.o.Track
		}
		l.nets = append(l.nets, nets...)
		y += l.o.Step + max(0, tracks-1)*l.o.Track
		if c == len(l.layers) {
			break
		}
		tall := 0
		for _, v := range l.layers[c] {
			l.vertices[v].y = y
			tall = max(tall, l.vertices[v].h)
		}
		y += tall
	}
}

// draw makes the points of a line of its pieces.
func (l *layered) draw(line int, wires []wire) {
	of := &l.g.Lines[line]
	from, to := l.vertices[of.From], l.vertices[of.To]
	points := []Point{{wires[0].a.x, from.y + from.h}}
	for _, w := range wires {
		if w.net != nil { // the others go straight down
			points = append(points, Point{w.a.x, w.net.y}, Point{w.b.x, w.net.y})
		}
	}
	points = append(points, Point{to.x, to.y})
	of.Points = corners(points)
	of.LabelAt = Rect{}
	for _, k := range l.chains[line] {
		if v := l.vertices[k]; v.label {
			of.LabelAt = Rect{v.x - half(v.w), v.y, v.w, v.h}
		}
	}
}

// corners leaves out the points that are no corners.
func corners(points []Point) []Point {
	out := points[:1]
	for i := 1; i < len(points); i++ {
		p := points[i]
		if p == out[len(out)-1] {
			continue
		}
		if n := len(out); n >= 2 && (out[n-2].X == out[n-1].X && p.X == out[n-1].X || out[n-2].Y == out[n-1].Y && p.Y == out[n-1].Y) {
			out[n-1] = p
			continue
		}
		out = append(out, p)
	}
	return out
}
