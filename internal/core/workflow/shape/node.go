package shape

import (
	"fmt"

	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/jq"
)

func node(t *workflow.Task) Node {
	n := Node{ID: t.Pointer, Kind: Task, Task: t, Name: plain(t.Name), Text: Describe(t), Notes: notes(t)}
	inside := func(tasks []*workflow.Task, key string) {
		g := list(tasks, place{id: t.Pointer + "/" + key})
		n.Inside = &g
	}
	switch {
	case t.Kind == workflow.Do || t.Kind == workflow.For:
		inside(t.Do, "do")
	case t.Kind == workflow.Try:
		inside(t.Do, "try")
	case t.Kind == workflow.Fork && t.Fork != nil:
		g := branches(t)
		n.Inside = &g
	case t.Kind == workflow.Listen && t.Listen != nil && t.Listen.Foreach != nil:
		inside(t.Listen.Foreach.Do, "foreach/do")
	case t.Kind == workflow.Call && t.Call != nil && t.Call.Foreach != nil:
		inside(t.Call.Foreach.Do, "with/subscription/foreach/do")
	}
	return n
}

// caught is what a try does with an error.
func caught(t *workflow.Task) Node {
	id := t.Pointer + "/catch"
	g := list(t.Catch.Do, place{id: id + "/do"})
	as := t.Catch.As
	if as == "" {
		as = "error"
	}
	return Node{ID: id, Kind: Catch, Task: t, Name: "catch", Text: plain("the error as $" + as), Inside: &g}
}

// notes is what holds for a task of any kind.
func notes(t *workflow.Task) []string {
	var found []string
	note := func(format string, args ...any) { found = append(found, plain(fmt.Sprintf(format, args...))) }
	if t.If != nil {
		note("if %s", expression(t.If))
	}
	if t.Kind == workflow.For && t.For != nil && t.For.While != nil {
		note("while %s", expression(t.For.While))
	}
	if t.Catch != nil && t.Catch.Retry != nil {
		note("%s on %s", retry(t.Catch.Retry), errorsOf(t.Catch))
	}
	if t.Listen != nil {
		if until := until(t.Listen.To); until != "" {
			note("%s", until)
		}
	}
	if f := foreach(t); f != nil {
		note("for each %s", item(f))
	}
	if t.Timeout != nil {
		note("timeout %s", duration(t.Timeout.After))
	}
	for _, x := range t.Before {
		note("extended by %s", x.Name)
	}
	return found
}

func foreach(t *workflow.Task) *workflow.Foreach {
	switch {
	case t.Listen != nil:
		return t.Listen.Foreach
	case t.Call != nil:
		return t.Call.Foreach
	}
	return nil
}

func item(f *workflow.Foreach) string {
	if f.Item == "" {
		return "$item"
	}
	return "$" + f.Item
}

func expression(e *jq.Expr) string {
	if e == nil {
		return ""
	}
	return plain(e.String())
}

func conditions(when, except *jq.Expr) string {
	switch {
	case when != nil && except != nil:
		return "when " + expression(when) + ", but not " + expression(except)
	case when != nil:
		return "when " + expression(when)
	case except != nil:
		return "but not when " + expression(except)
	}
	return ""
}
