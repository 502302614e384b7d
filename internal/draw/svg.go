package draw

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"hash/fnv"
	"strings"

	"slipway.dev/internal/core/layout"
	"slipway.dev/internal/core/workflow/shape"
)

const (
	border = 24
	head   = 64 // of the picture: title and name
	most   = 60 // tasks that a description names
)

// SVG draws a workflow. states, which may be nil, are those of a run, by the pointers of tasks.
func SVG(s shape.Shape, states map[string]State) []byte {
	g := dress(&s.Graph)
	size := g.Arrange(options)
	p := &picture{states: states}
	w := max(size.W, heading.width(s.Title), saying.width(s.Name)) + 2*border
	h := size.H + head + 2*border
	p.open(s, w, h)
	p.tag(`<g transform="translate(%d %d)">`, border+(w-2*border-size.W)/2, border+head)
	p.graph(&s.Graph, g, 0)
	p.tag("</g></svg>\n")
	return p.Bytes()
}

// picture is an SVG that is written.
type picture struct {
	bytes.Buffer
	states map[string]State
}

// tag writes markup; its arguments are numbers and words of ours only.
func (p *picture) tag(format string, args ...any) { fmt.Fprintf(p, format, args...) }

// text writes text of anybody's.
func (p *picture) text(s string) {
	_ = xml.EscapeText(p, []byte(s)) // a buffer takes all
}

// write puts a line of text into the picture.
func (p *picture) write(x, y int, class, s string) {
	p.tag(`<text x="%d" y="%d" class="%s">`, x, y, class)
	p.text(s)
	p.tag("</text>")
}

// open writes what comes before the graph: how it looks, and what it is called.
func (p *picture) open(s shape.Shape, w, h int) {
	id := fnv.New64a()
	_, _ = id.Write([]byte(s.Name)) // never fails
	p.tag(`<svg xmlns="http://www.w3.org/2000/svg" class="slipway-flow" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-labelledby="t%x d%x">`, w, h, w, h, id.Sum64(), id.Sum64())
	p.tag(`<title id="t%x">`, id.Sum64())
	p.text("Workflow " + s.Title)
	p.tag(`</title><desc id="d%x">`, id.Sum64())
	p.text(p.describe(s))
	p.tag("</desc><style>%s</style>", style)
	p.tag(`<rect class="back" width="%d" height="%d"/>`, w, h)
	p.write(border, border+16, "h", s.Title)
	p.write(border, border+36, "s", s.Name)
}

// describe tells a workflow in words.
func (p *picture) describe(s shape.Shape) string {
	var said []string
	tasks := 0
	s.Walk(func(n *shape.Node) {
		if n.Kind != shape.Task {
			return
		}
		if tasks++; tasks > most {
			return
		}
		words := string(n.Task.Kind) + " " + n.Name
		if state, ok := p.states[n.Task.Pointer]; ok {
			words += " (" + state.words() + ")"
		}
		said = append(said, words)
	})
	if tasks > most {
		said = append(said, fmt.Sprintf("and %d more", tasks-most))
	}
	text := fmt.Sprintf("%d tasks: %s.", tasks, strings.Join(said, ", "))
	if s.Summary != "" {
		text = s.Summary + " " + text
	}
	return text
}

// graph draws ways first, so that boxes and labels are above them.
func (p *picture) graph(g *shape.Graph, at *layout.Graph, depth int) {
	if !at.Pack {
		for i, e := range g.Edges {
			p.way(e, at.Lines[i])
		}
		for i, e := range g.Edges {
			p.label(e, at.Lines[i])
		}
	}
	for i := range g.Nodes {
		p.node(&g.Nodes[i], at.Boxes[i], depth)
	}
}
