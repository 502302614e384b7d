package bpmn

import (
	"strings"

	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/shape"
)

// element makes the element of a node.
func (b *builder) element(g *shape.Graph, i int) element {
	n := &g.Nodes[i]
	e := element{name: short(n.Name), doc: document(n)}
	switch n.Kind {
	case shape.Start:
		e.tag, e.name = "startEvent", short(n.Text)
	case shape.End:
		e.tag = "endEvent"
	case shape.Stop:
		e.tag, e.name = "endEvent", "end of the workflow"
		e.kids = []tree{el("bpmn:terminateEventDefinition")}
	case shape.Link:
		e.tag, e.name = "intermediateThrowEvent", short(n.Text)
		e.kids = []tree{el("bpmn:linkEventDefinition", "name", g.Nodes[n.To].ID)}
	case shape.Split:
		e.tag = splitting(g)
	case shape.Join:
		e.tag, e.name = joining(g), short(n.Text)
	case shape.Catch:
		e.tag = "subProcess"
	default:
		b.task(&e, n.Task)
	}
	switch {
	case n.Inside == nil:
	case n.Kind == shape.Task && n.Task.Kind == workflow.Fork:
		e.tag, e.inside = "subProcess", b.fork(n)
	default:
		e.tag, e.inside = "subProcess", b.level(n.Inside).level
		if n.Kind == shape.Task && each(n.Task) {
			e.kids = []tree{el("bpmn:multiInstanceLoopCharacteristics", "isSequential", "true")}
		}
	}
	return e
}

// each says whether what is inside of a task is done with each thing of many, one after the other.
func each(t *workflow.Task) bool {
	return t.Kind == workflow.For || t.Kind == workflow.Listen || t.Kind == workflow.Call
}

// task says what element a task without tasks inside is.
func (b *builder) task(e *element, t *workflow.Task) {
	e.tag = "task"
	switch t.Kind {
	case workflow.Call:
		e.tag = "serviceTask"
		if t.Call != nil && t.Call.Protocol == "function" && (t.Call.Function == "approval" || t.Call.Function == "form") {
			e.tag = "userTask"
		}
	case workflow.Run:
		b.run(e, t)
	case workflow.Switch:
		e.tag = "exclusiveGateway"
	case workflow.Wait:
		e.tag = "intermediateCatchEvent"
		e.kids = []tree{timer("bpmn:timeDuration", period(t.Wait))}
	case workflow.Listen:
		e.tag = "intermediateCatchEvent"
		e.kids = []tree{b.message(shape.Describe(t))}
	case workflow.Emit:
		e.tag = "intermediateThrowEvent"
		e.kids = []tree{b.message(shape.Describe(t))}
	case workflow.Raise:
		e.tag = "endEvent"
		e.kids = []tree{b.failure(shape.Describe(t))}
	}
}

func (b *builder) run(e *element, t *workflow.Task) {
	e.tag = "serviceTask"
	if t.Run == nil {
		return
	}
	switch t.Run.What {
	case "script", "shell":
		e.tag = "scriptTask"
	case "workflow":
		e.tag = "callActivity"
		e.attr = []string{"calledElement", called(t)}
	}
}

// called is the name of a workflow as BPMN wants it: a name without a space.
func called(t *workflow.Task) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' || r == '_':
			return r
		}
		return '_'
	}, "_"+shape.Describe(t))
}
