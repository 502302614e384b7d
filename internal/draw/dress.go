package draw

import (
	"slices"
	"strings"

	"slipway.dev/internal/core/layout"
	"slipway.dev/internal/core/workflow/shape"
)

// Sizes in pixels.
const (
	narrow    = 168 // a card is not narrower,
	wide      = 320 // and not wider
	beside    = 54  // of a card, left of its text: the icon
	margin    = 12  // right of the text
	above     = 10  // and above and below it
	lineName  = 19
	lineText  = 17
	lineNote  = 15
	inset     = 20 // around what is in a group
	labelWide = 208
	crowd     = 8 // branches of a fork that lines lead to; more are packed
)

var options = layout.Options{Gap: 28, Step: 36, Track: 12, Wrap: 90, Tall: 1600}

// dress says how big everything of a graph is to be drawn.
func dress(g *shape.Graph) *layout.Graph {
	out := &layout.Graph{Pack: crowded(g)}
	for i := range g.Nodes {
		b := box(&g.Nodes[i])
		if out.Pack && g.Nodes[i].Task == nil {
			b = layout.Box{}
		}
		out.Boxes = append(out.Boxes, b)
	}
	for _, e := range g.Edges {
		out.Lines = append(out.Lines, layout.Line{
			From: e.From, To: e.To, Label: label(e),
			Light: e.Kind == shape.Error || g.Nodes[e.From].Kind == shape.Catch, Side: e.Kind == shape.Error,
		})
	}
	return out
}

// crowded says whether a fork has so many branches that lines to them would hide them.
func crowded(g *shape.Graph) bool {
	return len(g.Nodes) > crowd+2 && g.Nodes[0].Kind == shape.Split &&
		!slices.ContainsFunc(g.Edges, func(e shape.Edge) bool { return e.Kind != shape.Sequence }) &&
		!slices.ContainsFunc(g.Nodes, func(n shape.Node) bool { return n.Kind == shape.Stop })
}

func box(n *shape.Node) layout.Box {
	switch n.Kind {
	case shape.Task, shape.Catch:
	case shape.Split:
		return layout.Box{W: 72, H: 6}
	default:
		if word := wordOf(n); word != "" {
			return layout.Box{W: even(noting.width(word) + 28), H: 24}
		}
		if n.Kind == shape.Join {
			return layout.Box{W: 72, H: 6}
		}
		return layout.Box{W: 12, H: 12}
	}
	w := naming.width(n.Name)
	w = max(w, saying.width(brief(n.Text)))
	for _, note := range n.Notes {
		w = max(w, noting.width(note))
	}
	b := layout.Box{W: even(min(wide, max(narrow, beside+w+margin))), H: height(n)}
	if n.Inside != nil {
		b.Inside = dress(n.Inside)
		b.Pad = layout.Pad{Top: b.H + 6, Right: inset, Bottom: inset - 4, Left: inset}
	}
	return b
}

// height is that of a card, or of the head of a group.
func height(n *shape.Node) int {
	h := 2*above + lineName + lineNote*len(n.Notes)
	if n.Text != "" {
		h += lineText
	}
	return max(h, 2*above+34)
}

func label(e shape.Edge) layout.Size {
	if e.Label == "" && e.Text == "" {
		return layout.Size{}
	}
	w := max(marking.width(e.Label), noting.width(e.Text))
	h := 8
	if e.Label != "" {
		h += 14
	}
	if e.Text != "" {
		h += 14
	}
	return layout.Size{W: even(min(labelWide, w+16)), H: h}
}

// wordOf is what stands in a node that is no task.
func wordOf(n *shape.Node) string {
	switch {
	case n.Text != "":
		return saying.cut(n.Text, wide)
	case n.ID == "/do#start":
		return "Start"
	case n.Kind == shape.End && len(n.ID) > 4 && n.ID[:4] == "/do#":
		return "End"
	case n.Kind == shape.Stop:
		return "End of the workflow"
	}
	return ""
}

// brief leaves out of a text what says little: the hint has it.
func brief(text string) string { return strings.Replace(text, "https://", "", 1) }

func even(n int) int { return n + n%2 }
