package layout

// vertex is what has a place in a layer: a box, or a line on its way through.
type vertex struct {
	box   int // -1: a line passes
	label bool
	rank  int
	pos   int // in its layer, from the left
	x     int // of its middle
	y     int // of its upper edge
	w, h  int
	up    []link
	down  []link
}

// link is a piece of a line, between vertices of neighbouring layers.
type link struct {
	to    int // vertex at the other end
	line  int
	light bool
}

// layered is a graph on its way to a picture.
type layered struct {
	g        *Graph
	o        Options
	vertices []vertex
	layers   [][]int // vertices by rank, from the left
	chains   [][]int // by line: the vertices that it passes, its ends included if it leads forward
	back     []bool  // by line
	nets     []*net
}

// layer places the boxes of a graph in layers that go down, and its lines.
func (g *Graph) layer(o Options) Size {
	if len(g.Boxes) == 0 {
		return Size{}
	}
	l := newLayered(g, o)
	if l == nil {
		g.Pack = true
		return g.pack(o)
	}
	l.order()
	l.place()
	l.straighten()
	l.route()
	return g.wrap(o, g.home())
}

// tangled is how many layers all lines together may pass. A graph beyond is a picture that
// nobody can read, and could be made to take all memory.
const tangled = 200_000

// newLayered gives the graph its layers; nil if it is tangled.
func newLayered(g *Graph, o Options) *layered {
	forward, back, order := g.arcs()
	rank := ranks(len(g.Boxes), forward, order, func(line int) bool { return g.Lines[line].Label.W > 0 })
	passed := 0
	for _, l := range g.Lines {
		passed += max(rank[l.From]-rank[l.To], rank[l.To]-rank[l.From])
	}
	if passed > tangled {
		return nil
	}
	l := &layered{g: g, o: o, back: back, chains: make([][]int, len(g.Lines))}
	for i, b := range g.Boxes {
		l.vertices = append(l.vertices, vertex{box: i, rank: rank[i], w: b.W, h: b.H})
	}
	// The first places in the layers are those of a walk in the order of reading.
	deepest := 0
	for _, box := range order {
		deepest = max(deepest, rank[box])
	}
	l.layers = make([][]int, deepest+1)
	for _, box := range order {
		l.enter(box)
	}
	for i := range g.Lines {
		if back[i] {
			l.chainBack(i)
		} else {
			l.chain(i)
		}
	}
	return l
}

// enter appends a vertex to its layer.
func (l *layered) enter(v int) {
	r := l.vertices[v].rank
	l.vertices[v].pos = len(l.layers[r])
	l.layers[r] = append(l.layers[r], v)
}

// chain leads a line down through all layers between its boxes. Its label comes first.
func (l *layered) chain(line int) {
	of := l.g.Lines[line]
	passed := []int{of.From}
	for r := l.vertices[of.From].rank + 1; r < l.vertices[of.To].rank; r++ {
		passed = append(passed, l.pass(line, r, len(passed) == 1))
	}
	l.chains[line] = append(passed, of.To)
	l.join(line)
}

// chainBack leads a line of a loop up beside the boxes, from the layer of its first box to
// that of its last.
func (l *layered) chainBack(line int) {
	of := l.g.Lines[line]
	var passed []int
	for r := l.vertices[of.To].rank; r <= l.vertices[of.From].rank; r++ {
		passed = append(passed, l.pass(line, r, r == l.vertices[of.From].rank))
	}
	l.chains[line] = passed
	l.join(line)
}

// pass makes a vertex for a line in a layer, with its label if it is wanted and there is one.
func (l *layered) pass(line, rank int, label bool) int {
	v := vertex{box: -1, rank: rank}
	if size := l.g.Lines[line].Label; label && size.W > 0 {
		v.label, v.w, v.h = true, size.W, size.H
	}
	l.vertices = append(l.vertices, v)
	l.enter(len(l.vertices) - 1)
	return len(l.vertices) - 1
}

func (l *layered) join(line int) {
	passed := l.chains[line]
	light := l.g.Lines[line].Light || l.back[line]
	for i := 1; i < len(passed); i++ {
		a, b := passed[i-1], passed[i]
		l.vertices[a].down = append(l.vertices[a].down, link{b, line, light})
		l.vertices[b].up = append(l.vertices[b].up, link{a, line, light})
	}
}
