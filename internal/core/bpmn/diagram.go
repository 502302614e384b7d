package bpmn

import (
	"slices"

	"slipway.dev/internal/core/layout"
)

// shapes writes where the elements and flows of a level are, that was arranged.
func (l *level) shapes() []tree {
	signs := make([]layout.Rect, len(l.elements))
	for i := range l.elements {
		signs[i] = l.elements[i].place(l.graph.Boxes[l.box[i]])
	}
	var edges []tree
	for i, f := range l.flows {
		points, label := slices.Clone(l.graph.Lines[i].Points), l.graph.Lines[i].LabelAt
		if l.graph.Pack {
			points, label = l.direct(f)
		}
		last := len(points) - 1
		if l.elements[f.from].on != "" {
			signs[f.from] = layout.Rect{X: points[0].X - event/2, Y: points[0].Y - event/2, W: event, H: event}
		}
		points[0].X = signs[f.from].X + signs[f.from].W
		points[last].X = signs[f.to].X
		edges = append(edges, edge(f, points, label))
	}
	var found []tree
	for i := range l.elements {
		e := &l.elements[i]
		found = append(found, e.shape(signs[i]))
		if e.inside != nil {
			found = append(found, e.inside.shapes()...)
		}
	}
	return append(found, edges...)
}

// direct leads a flow straight to where it goes, in a level that is too tangled for more.
func (l *level) direct(f flow) ([]layout.Point, layout.Rect) {
	from, to := l.graph.Boxes[l.box[f.from]], l.graph.Boxes[l.box[f.to]]
	a, b := layout.Point{X: from.X + from.W, Y: from.Y + from.H/2}, layout.Point{X: to.X, Y: to.Y + to.H/2}
	return []layout.Point{a, b}, layout.Rect{X: (a.X + b.X) / 2, Y: (a.Y + b.Y) / 2}
}

// place is where the sign of an element is in its box: in the middle.
func (e *element) place(b layout.Box) layout.Rect {
	if e.inside != nil || !e.outside() {
		return layout.Rect{X: b.X, Y: b.Y, W: b.W, H: b.H}
	}
	size := e.sign()
	return layout.Rect{X: b.X + (b.W-size.W)/2, Y: b.Y + (b.H-size.H)/2, W: size.W, H: size.H}
}

func (e *element) shape(at layout.Rect) tree {
	t := el("bpmndi:BPMNShape", "id", e.id+"_di", "bpmnElement", e.id).with(bounds(at))
	if e.inside != nil {
		t.attr = append(t.attr, "isExpanded", "true")
	}
	if e.tag == "exclusiveGateway" {
		t.attr = append(t.attr, "isMarkerVisible", "true")
	}
	if label := named(e.name); e.outside() && label.H > 0 {
		at := layout.Rect{X: at.X + at.W/2 - label.W/2, Y: at.Y + at.H + 6, W: label.W, H: label.H}
		t = t.with(el("bpmndi:BPMNLabel").with(bounds(at)))
	}
	return t
}

func edge(f flow, points []layout.Point, room layout.Rect) tree {
	t := el("bpmndi:BPMNEdge", "id", f.id+"_di", "bpmnElement", f.id)
	for _, p := range points {
		t = t.with(el("di:waypoint", "x", number(p.X), "y", number(p.Y)))
	}
	if label := named(f.name); label.H > 0 {
		at := layout.Rect{X: room.X + 4, Y: room.Y, W: label.W, H: label.H} // above its way
		t = t.with(el("bpmndi:BPMNLabel").with(bounds(at)))
	}
	return t
}

func bounds(r layout.Rect) tree {
	return el("dc:Bounds", "x", number(r.X), "y", number(r.Y), "width", number(r.W), "height", number(r.H))
}
