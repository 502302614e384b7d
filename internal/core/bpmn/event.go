package bpmn

import (
	"fmt"
	"strings"
	"time"

	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/shape"
)

func (b *builder) message(name string) tree {
	return el("bpmn:messageEventDefinition", "messageRef", b.root("bpmn:message", name))
}

func (b *builder) failure(name string) tree {
	return el("bpmn:errorEventDefinition", "errorRef", b.root("bpmn:error", name))
}

// boundary is the event on a try that catches its errors.
func (b *builder) boundary(on string, e shape.Edge) element {
	return element{tag: "boundaryEvent", attr: []string{"attachedToRef", on}, on: on, doc: e.Text, kids: []tree{b.failure(e.Label)}}
}

// schedule is what starts a process by itself.
func (b *builder) schedule(s *workflow.Schedule, text string) []tree {
	switch {
	case s == nil:
		return nil
	case s.On != nil:
		return []tree{b.message(text)}
	case s.Cron != "":
		return []tree{timer("bpmn:timeCycle", s.Cron)}
	case s.Every != nil:
		return []tree{timer("bpmn:timeCycle", "R/"+period(s.Every))}
	case s.After != nil:
		return []tree{timer("bpmn:timeDuration", period(s.After))}
	}
	return nil
}

func timer(what, when string) tree {
	when = strings.TrimSpace(when)
	expression := said(what, when)
	expression.attr = []string{"xsi:type", "bpmn:tFormalExpression"}
	return el("bpmn:timerEventDefinition").with(expression)
}

// period is a duration in ISO 8601, or the expression that gives one.
func period(d *workflow.Duration) string {
	switch {
	case d == nil:
		return "PT0S"
	case d.Expression != nil:
		return fmt.Sprint(d.Expression.Raw())
	}
	left := max(d.Constant, 0)
	hours, left := left/time.Hour, left%time.Hour
	minutes, left := left/time.Minute, left%time.Minute
	var text strings.Builder
	text.WriteString("PT")
	if hours > 0 {
		fmt.Fprintf(&text, "%dH", hours)
	}
	if minutes > 0 {
		fmt.Fprintf(&text, "%dM", minutes)
	}
	if left > 0 || text.Len() == 2 {
		seconds := strings.TrimRight(strings.TrimRight(fmt.Sprintf("%d.%09d", left/time.Second, left%time.Second), "0"), ".")
		text.WriteString(seconds + "S")
	}
	return text.String()
}
