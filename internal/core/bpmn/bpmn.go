package bpmn

import (
	"bytes"

	"slipway.dev/internal/core/workflow/shape"
)

// XML writes a workflow as BPMN 2.0.
func XML(s shape.Shape) []byte {
	b := &builder{}
	l := b.level(&s.Graph).level
	l.elements[0].kids = b.schedule(s.Schedule, s.Nodes[0].Text)
	process := el("bpmn:process", "id", "process", "name", s.Title, "isExecutable", "false")
	if s.Summary != "" {
		process = process.with(said("bpmn:documentation", s.Summary))
	}
	process = process.with(l.trees()...)

	l.dress().Arrange(options)
	plane := el("bpmndi:BPMNPlane", "id", "plane", "bpmnElement", "process").with(l.shapes()...)

	root := el("bpmn:definitions",
		"xmlns:bpmn", "http://www.omg.org/spec/BPMN/20100524/MODEL",
		"xmlns:bpmndi", "http://www.omg.org/spec/BPMN/20100524/DI",
		"xmlns:dc", "http://www.omg.org/spec/DD/20100524/DC",
		"xmlns:di", "http://www.omg.org/spec/DD/20100524/DI",
		"xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance",
		"id", "definitions", "name", s.Name, "exporter", "Slipway", "targetNamespace", "https://slipway.dev/workflows")
	root = root.with(b.roots...).with(process, el("bpmndi:BPMNDiagram", "id", "diagram").with(plane))

	var out bytes.Buffer
	out.WriteString(`<?xml version="1.0" encoding="UTF-8"?>`)
	root.write(&out, 0)
	out.WriteByte('\n')
	return out.Bytes()
}

// trees writes the elements and flows of a level, in the order that BPMN's schema asks for.
func (l *level) trees() []tree {
	in, out := make([][]flow, len(l.elements)), make([][]flow, len(l.elements))
	for _, f := range l.flows {
		in[f.to], out[f.from] = append(in[f.to], f), append(out[f.from], f)
	}
	var found []tree
	for i := range l.elements {
		found = append(found, l.elements[i].tree(in[i], out[i]))
	}
	for _, f := range l.flows {
		t := el("bpmn:sequenceFlow", "id", f.id, "name", f.name, "sourceRef", l.elements[f.from].id, "targetRef", l.elements[f.to].id)
		if f.condition != "" {
			when := said("bpmn:conditionExpression", f.condition)
			when.attr = []string{"xsi:type", "bpmn:tFormalExpression", "language", "https://jqlang.org"}
			t = t.with(when)
		}
		found = append(found, t)
	}
	return found
}

// tree writes an element, with the flows that lead to it and on.
func (e *element) tree(in, out []flow) tree {
	t := el("bpmn:"+e.tag, append([]string{"id", e.id, "name", e.name}, e.attr...)...)
	if e.doc != "" {
		t = t.with(said("bpmn:documentation", e.doc))
	}
	for _, f := range in {
		t = t.with(said("bpmn:incoming", f.id))
	}
	fallback := ""
	for _, f := range out {
		t = t.with(said("bpmn:outgoing", f.id))
		if f.fallback && fallback == "" {
			fallback = f.id
		}
	}
	t.attr = append(t.attr, "default", fallback)
	t = t.with(e.kids...)
	if e.inside != nil {
		t = t.with(e.inside.trees()...)
	}
	return t
}
