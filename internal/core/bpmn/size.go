package bpmn

import (
	"strings"

	"slipway.dev/internal/core/layout"
	"slipway.dev/internal/core/workflow/shape"
)

// Sizes in pixels, those that other tools have.
const (
	event     = 36
	gateway   = 50
	taskWide  = 120
	taskTall  = 80
	labelWide = 90 // what bpmn-js breaks lines at
	labelLine = 14
	letter    = 7  // width of a letter, about
	longName  = 48 // runes of a name that is shown
)

// Long chains go on in another row.
var options = layout.Options{Right: true, Gap: 30, Step: 64, Track: 16, Wrap: 45, Tall: 3200}

// short cuts a name to what there is room for. The whole stands in the documentation.
func short(s string) string {
	if runes := []rune(s); len(runes) > longName {
		return string(runes[:longName-1]) + "…"
	}
	return s
}

// document is all that there is to say of a node, whatever its element can say.
func document(n *shape.Node) string {
	if n.Task == nil {
		return ""
	}
	lines := []string{string(n.Task.Kind) + " " + n.Name}
	if n.Kind == shape.Catch {
		lines[0] = "catch"
	}
	if n.Text != "" {
		lines = append(lines, n.Text)
	}
	return strings.Join(append(append(lines, n.Notes...), n.ID), "\n")
}

// sign is the size of the element's own sign, without a label.
func (e *element) sign() layout.Size {
	switch {
	case strings.HasSuffix(e.tag, "Event"):
		return layout.Size{W: event, H: event}
	case strings.HasSuffix(e.tag, "Gateway"):
		return layout.Size{W: gateway, H: gateway}
	}
	wide := taskWide
	for word := range strings.FieldsSeq(e.name) {
		wide = max(wide, len([]rune(word))*letter+24)
	}
	return layout.Size{W: min(wide, 240), H: taskTall}
}

// outside says whether an element has its name below it.
func (e *element) outside() bool {
	return strings.HasSuffix(e.tag, "Event") || strings.HasSuffix(e.tag, "Gateway")
}

// named is the room that a name needs as a label.
func named(name string) layout.Size {
	if name == "" {
		return layout.Size{}
	}
	perLine := labelWide / letter
	lines, left := 1, perLine
	for word := range strings.FieldsSeq(name) {
		n := len([]rune(word))
		if n > left && left < perLine {
			lines, left = lines+1, perLine
		}
		for n > left {
			lines, n, left = lines+1, n-left, perLine
		}
		left -= n + 1
	}
	return layout.Size{W: labelWide, H: lines * labelLine}
}

// dress says how big everything of a level is to be drawn. Elements with a name below
// them have as much room above, so that ways meet the middle of their signs. Boundary events have none of
// their own: they sit where their ways leave the try.
func (l *level) dress() *layout.Graph {
	l.graph, l.box = &layout.Graph{}, make([]int, len(l.elements))
	byID := map[string]int{}
	for i := range l.elements {
		e := &l.elements[i]
		if e.on == "" {
			l.box[i], byID[e.id] = len(l.graph.Boxes), len(l.graph.Boxes)
			l.graph.Boxes = append(l.graph.Boxes, e.dress())
		}
	}
	for i, e := range l.elements {
		if e.on != "" {
			l.box[i] = byID[e.on]
		}
	}
	for _, f := range l.flows {
		line := layout.Line{From: l.box[f.from], To: l.box[f.to], Light: f.light, Side: l.elements[f.from].on != ""}
		if label := named(f.name); label.H > 0 {
			line.Label = layout.Size{W: label.W + 8, H: 2 * (label.H + 4)}
		}
		l.graph.Lines = append(l.graph.Lines, line)
	}
	return l.graph
}

func (e *element) dress() layout.Box {
	size := e.sign()
	if label := named(e.name); e.outside() && label.H > 0 {
		size = layout.Size{W: max(size.W, label.W), H: size.H + 2*(label.H+6)}
	}
	b := layout.Box{W: size.W, H: size.H}
	if e.inside != nil {
		b.Inside = e.inside.dress()
		b.Pad = layout.Pad{Top: 34, Right: 24, Bottom: 24, Left: 24}
	}
	return b
}
