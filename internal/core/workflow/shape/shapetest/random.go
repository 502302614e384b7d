// Package shapetest makes workflows to draw: those of the specification, and random ones.
package shapetest

import (
	"fmt"
	"math/rand/v2"
	"time"

	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/jq"
)

// names are what a hostile author may call things.
var names = []string{
	"build", "notify team", "a", "deployToProductionAndWaitForTheSmokeChecks", "Ünïcödé", "检查状态", "👩‍🚀🚀",
	`<script>alert(1)</script>`, `"><image href=x onerror=alert(1)>`, "]]>", "&amp;&#0;", "\x00\x1b[31m", "line\nbreak\ttab", "\u202egnp.exe", "\xff\xfe", "${ .x }", "a/b~c#d", "",
}

// builder makes random tasks, and has a number of them left.
type builder struct {
	*rand.Rand
	left int
	all  map[string]*workflow.Task
}

// Random makes a workflow of about so many tasks. It is one that Parse may refuse: what
// draws must take anything.
func Random(r *rand.Rand, tasks int) *workflow.Definition {
	b := &builder{r, tasks, map[string]*workflow.Task{}}
	d := &workflow.Definition{Document: workflow.Document{Namespace: b.name(), Name: b.name(), Version: "1.0.0", Title: b.name(), Summary: b.name()}}
	for b.left > 0 {
		d.Do = append(d.Do, b.list("/do", b.left, 0, len(d.Do))...)
	}
	if b.IntN(2) == 0 {
		d.Schedule = &workflow.Schedule{Every: b.duration()}
	}
	d.Tasks = b.all
	return d
}

func (b *builder) name() string { return names[b.IntN(len(names))] }

func (b *builder) duration() *workflow.Duration {
	return &workflow.Duration{Constant: time.Duration(b.Int64N(int64(100 * time.Hour)))}
}

func (b *builder) expr() *jq.Expr {
	e, err := jq.Compile(`.a == "b"`)
	if err != nil {
		return &jq.Expr{}
	}
	return e
}

func (b *builder) template(v any) *jq.Template {
	t, err := jq.CompileTemplate(v, false, false)
	if err != nil {
		return nil
	}
	return t
}

func (b *builder) list(at string, most, depth, from int) []*workflow.Task {
	var tasks []*workflow.Task
	for most > 0 && b.left > 0 {
		i := from + len(tasks)
		name := fmt.Sprintf("%s%d", b.name(), i)
		t := b.task(fmt.Sprintf("%s/%d/%s", at, i, name), depth)
		t.Name = name
		switch b.IntN(12) {
		case 0:
			t.Then = []string{"exit", "end", "continue"}[b.IntN(3)]
		case 1:
			if len(tasks) > 0 {
				t.Then = tasks[b.IntN(len(tasks))].Name
			}
		}
		tasks = append(tasks, t)
		most--
	}
	for _, t := range tasks {
		for k := range t.Switch {
			if b.IntN(2) == 0 {
				t.Switch[k].Then = tasks[b.IntN(len(tasks))].Name
			}
		}
	}
	return tasks
}

var kinds = []workflow.Kind{
	workflow.Call, workflow.Call, workflow.Call, workflow.Set, workflow.Do, workflow.Emit, workflow.For, workflow.Fork,
	workflow.Listen, workflow.Raise, workflow.Run, workflow.Switch, workflow.Try, workflow.Wait, "what?",
}

func (b *builder) task(pointer string, depth int) *workflow.Task {
	b.left--
	t := &workflow.Task{Pointer: pointer, Kind: kinds[b.IntN(len(kinds))]}
	b.all[pointer] = t
	if b.IntN(6) == 0 {
		t.If = b.expr()
	}
	if b.IntN(6) == 0 {
		t.Timeout = &workflow.Timeout{After: b.duration()}
	}
	inside := func(key string) []*workflow.Task {
		if depth > 5 {
			return nil
		}
		return b.list(pointer+"/"+key, b.IntN(7), depth+1, 0)
	}
	switch t.Kind {
	case workflow.Call:
		t.Call = b.call()
		if b.IntN(8) == 0 {
			t.Call.Foreach = &workflow.Foreach{Item: b.name(), Do: inside("with/subscription/foreach/do")}
		}
	case workflow.Do:
		t.Do = inside("do")
	case workflow.For:
		t.For, t.Do = &workflow.ForTask{Each: b.name(), In: b.template("${ .items }"), While: b.expr()}, inside("do")
	case workflow.Fork:
		t.Fork = &workflow.ForkTask{Branches: inside("fork/branches"), Compete: b.IntN(2) == 0}
	case workflow.Try:
		t.Do, t.Catch = inside("try"), b.catch(inside)
	default:
		b.leaf(t, inside)
	}
	return t
}

func (b *builder) leaf(t *workflow.Task, inside func(string) []*workflow.Task) {
	switch t.Kind {
	case workflow.Emit:
		t.Emit = b.template(map[string]any{"type": b.name()})
	case workflow.Listen:
		t.Listen = &workflow.ListenTask{To: workflow.Consume{Any: []workflow.EventFilter{{With: map[string]*jq.Template{"type": b.template(b.name())}}}, Until: b.expr()}}
		if b.IntN(3) == 0 {
			t.Listen.Foreach = &workflow.Foreach{Item: b.name(), Do: inside("foreach/do")}
		}
	case workflow.Raise:
		t.Raise = &workflow.ErrorTemplate{Type: b.template("https://example.com/errors/" + b.name()), Status: b.template(500)}
	case workflow.Run:
		t.Run = &workflow.RunTask{What: []string{"container", "script", "shell", "workflow"}[b.IntN(4)], With: b.template(map[string]any{"command": b.name()})}
	case workflow.Set:
		t.Set = b.template(map[string]any{b.name(): 1, "b": nil})
	case workflow.Switch:
		for range b.IntN(5) {
			t.Switch = append(t.Switch, workflow.Case{Name: b.name(), When: b.expr(), Then: "continue"})
		}
		if b.IntN(2) == 0 {
			t.Switch = append(t.Switch, workflow.Case{Name: "default", Then: "exit"})
		}
	case workflow.Wait:
		t.Wait = b.duration()
	}
}

func (b *builder) call() *workflow.CallTask {
	protocol := []string{"http", "openapi", "grpc", "asyncapi", "a2a", "mcp", "function"}[b.IntN(7)]
	function := []string{"approval", "form", "deploy", b.name()}[b.IntN(4)]
	return &workflow.CallTask{Protocol: protocol, Function: function, With: b.template(map[string]any{"method": "get", "endpoint": "https://example.com/" + b.name()})}
}

func (b *builder) catch(inside func(string) []*workflow.Task) *workflow.Catch {
	c := &workflow.Catch{With: map[string]any{"type": b.name(), "status": 503}, Then: []string{"", "exit", "end"}[b.IntN(3)]}
	if b.IntN(2) == 0 {
		c.Do = inside("catch/do")
	}
	if b.IntN(2) == 0 {
		c.Retry = &workflow.Retry{Count: b.IntN(9), Delay: b.duration(), Backoff: "exponential"}
	}
	return c
}
