package bpmn

import (
	"slipway.dev/internal/core/layout"
	"slipway.dev/internal/core/workflow/shape"
)

// level is what is inside of a process or a sub-process.
type level struct {
	elements []element
	flows    []flow
	graph    *layout.Graph // how big all is, and once it is arranged, where
	box      []int         // by element: of the graph
}

// element is a flow node.
type element struct {
	id     string
	tag    string // of BPMN: "serviceTask"
	attr   []string
	name   string
	doc    string
	kids   []tree // what defines it: of an event, of a loop
	inside *level
	on     string // of a boundary event: the element that it is on
	node   int    // of the graph, that it came of; of what catches an error that of its try
}

// flow is a sequence flow.
type flow struct {
	id        string
	from, to  int // elements
	name      string
	condition string
	light     bool
	fallback  bool // the one that is taken if no condition holds
}

// builder makes levels and counts what is in them.
type builder struct {
	nodes, ways int
	roots       []tree // messages and errors
}

// drawn is a graph whose elements are made. Ways lead in at the first element of a node, and
// out of its last.
type drawn struct {
	*builder
	*level
	of          *shape.Graph
	first, last []int // by node
}

func (b *builder) level(g *shape.Graph) *drawn {
	d := &drawn{b, &level{}, g, make([]int, len(g.Nodes)), make([]int, len(g.Nodes))}
	for i, n := range g.Nodes {
		of := i
		if n.Kind == shape.Catch {
			of = i - 1 // it comes behind its try
		}
		d.last[i] = b.add(d.level, of, b.element(g, i))
		d.first[i] = d.last[i]
		if n.Kind == shape.Task && n.Task.If != nil {
			d.first[i] = b.add(d.level, of, element{tag: "exclusiveGateway", name: short("if " + n.Task.If.String())})
		}
	}
	for i := range g.Nodes {
		if d.first[i] != d.last[i] {
			d.skip(i)
		}
	}
	for _, e := range g.Edges {
		d.edge(e)
	}
	d.arrive()
	return d
}

// arrive adds for each task that links lead to the event at which they arrive.
func (d *drawn) arrive() {
	done := map[int]bool{}
	for _, n := range d.of.Nodes {
		if n.Kind != shape.Link || done[n.To] {
			continue
		}
		done[n.To] = true
		to := d.of.Nodes[n.To]
		at := d.add(d.level, n.To, element{tag: "intermediateCatchEvent", name: short("→ " + to.Name), kids: []tree{el("bpmn:linkEventDefinition", "name", to.ID)}})
		d.way(d.level, flow{from: at, to: d.first[n.To], light: true})
	}
}

// skip leads past a task whose condition does not hold.
func (d *drawn) skip(i int) {
	d.way(d.level, flow{from: d.first[i], to: d.last[i], name: "yes", condition: d.of.Nodes[i].Task.If.String()})
	past := -1
	for _, e := range d.of.Edges {
		switch {
		case e.From != i:
		case e.Kind == shape.Skip:
			past = e.To
		case past < 0 && (e.Kind == shape.Sequence || e.Kind == shape.Jump):
			past = e.To
		}
	}
	if past >= 0 {
		d.way(d.level, flow{from: d.first[i], to: d.first[past], name: "no", fallback: true})
	}
}

func (d *drawn) edge(e shape.Edge) {
	f := flow{from: d.last[e.From], to: d.first[e.To], light: d.of.Nodes[e.From].Kind == shape.Catch}
	switch e.Kind {
	case shape.Skip:
		return // it leads from the gateway before the task
	case shape.Error:
		f.from = d.add(d.level, e.From, d.boundary(d.elements[f.from].id, e))
		f.name, f.light = short(e.Label), true
	case shape.Case:
		f.name, f.condition = short(e.Label), e.Text
		f.fallback = e.Text == "" || e.Text == "otherwise"
	}
	d.way(d.level, f)
}

// add appends an element of a node, and gives its index.
func (b *builder) add(l *level, node int, e element) int {
	e.node = node
	b.nodes++
	e.id = "n" + number(b.nodes)
	l.elements = append(l.elements, e)
	return len(l.elements) - 1
}

func (b *builder) way(l *level, f flow) {
	b.ways++
	f.id = "f" + number(b.ways)
	if f.fallback {
		f.condition = ""
	}
	l.flows = append(l.flows, f)
}

// root adds a message or an error, which stands beside the process, and gives its identity.
func (b *builder) root(tag, name string) string {
	id := tag[len("bpmn:"):] + number(len(b.roots)+1)
	e := el(tag, "id", id, "name", name)
	if tag == "bpmn:error" {
		e.attr = append(e.attr, "errorCode", name)
	}
	b.roots = append(b.roots, e)
	return id
}
