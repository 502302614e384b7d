package workflow

import (
	"slices"

	"slipway.dev/internal/core/workflow/jq"
)

// with gives a scope with more variables.
func with(scope []string, names ...string) []string {
	out := slices.Clone(scope)
	for _, name := range names {
		if !slices.Contains(out, name) && identifier.MatchString(name) && !slices.Contains(jq.Everywhere, name) {
			out = append(out, name)
		}
	}
	return out
}

// tasks reads the list of a workflow or extension.
func (b *builder) tasks(n *node, scope []string) []*Task { return b.list(n, scope, 1) }

// list reads tasks that are so deep in others, and holds them to each other.
func (b *builder) list(n *node, scope []string, nested int) []*Task {
	out := b.items(n, scope, nested)
	b.flow(out)
	return out
}

func (b *builder) items(n *node, scope []string, nested int) []*Task {
	var out []*Task
	for _, item := range n.list() {
		for _, f := range item.each() {
			if t := b.task(f.name, f.value, scope, nested); t != nil {
				out = append(out, t)
			}
		}
	}
	return out
}

// task reads one task; nil if it is none.
func (b *builder) task(name string, n *node, scope []string, nested int) *Task {
	if nested > MaxNested {
		b.say(n, "tasks are nested more than %d deep; make parts of it a workflow of their own", MaxNested)
		return nil
	}
	kind := kindOf(n)
	if kind == "" {
		return nil
	}
	t := &Task{Name: name, Pointer: n.pointer(), Kind: kind, Line: n.line, Raw: n.value(), Then: n.get("then").text()}
	b.def.Tasks[t.Pointer], b.places[t] = t, n
	t.If = b.expr(n.get("if"), scope)
	t.Input, t.Output, t.Export = b.input(n.get("input"), scope), b.output(n.get("output"), scope), b.export(n.get("export"), scope)
	t.Timeout = b.timeout(n.get("timeout"), scope)
	t.Metadata, _ = n.get("metadata").value().(map[string]any)
	if t.Idempotent = n.get("metadata", "idempotent").truth(false); !t.Idempotent {
		if said := n.get("metadata", "idempotent"); said != nil && !said.is(isBoolean) {
			b.say(said, "true or false is expected here, and not %s", describe(said))
		}
	}
	b.kind(t, n, scope, nested)
	return t
}

// kind reads what is particular to the kind of a task.
func (b *builder) kind(t *Task, n *node, scope []string, nested int) {
	switch t.Kind {
	case Call:
		t.Call = b.call(n, scope, nested)
	case Do:
		t.Do = b.list(n.get("do"), scope, nested+1)
	case Emit:
		t.Emit = b.template(n.get("emit", "event", "with"), scope)
	case For:
		b.loop(t, n, scope, nested)
	case Fork:
		branches := n.get("fork", "branches")
		t.Fork = &ForkTask{Branches: b.branches(branches, scope, nested+1), Compete: n.get("fork", "compete").truth(false)}
	case Listen:
		listen := n.get("listen")
		t.Listen = &ListenTask{Read: textOf(listen.get("read"), "data"), Foreach: b.foreach(n.get("foreach"), scope, nested)}
		if to := listen.get("to"); to != nil {
			t.Listen.To = *b.consume(to, scope)
		}
	case Raise:
		t.Raise = b.problem(n.get("raise", "error"), scope)
	case Run:
		t.Run = b.run(n.get("run"), scope)
	case Set:
		t.Set = b.template(n.get("set"), scope)
	case Switch:
		t.Switch = b.cases(n.get("switch"), scope)
	case Try:
		t.Do = b.list(n.get("try"), scope, nested+1)
		t.Catch = b.catch(n.get("catch"), scope, nested)
	case Wait:
		t.Wait = b.duration(n.get("wait"), scope)
	}
}

func (b *builder) call(n *node, scope []string, nested int) *CallTask {
	c := &CallTask{Protocol: n.get("call").text()}
	with := n.get("with")
	if subscription := with.get("subscription"); c.Protocol == "asyncapi" && subscription != nil {
		with = with.without("subscription")
		c.Subscription = b.subscription(subscription, scope)
		c.Foreach = b.foreach(subscription.get("foreach"), scope, nested)
	}
	c.With = b.template(with, scope)
	if _, known := protocols[c.Protocol]; known {
		b.refuseCall(n, c.Protocol)
		return c
	}
	c.Protocol, c.Function = "function", b.function(n.get("call"))
	b.calls = append(b.calls, called{n, c.Function})
	return c
}

// subscription reads what is done with messages as they come: its expressions are over them.
func (b *builder) subscription(n *node, scope []string) *Subscription {
	consume := n.get("consume")
	return &Subscription{
		Filter: b.expr(n.get("filter"), scope),
		Amount: consume.get("amount").integer(), For: b.duration(consume.get("for"), scope),
		While: b.expr(consume.get("while"), scope), Until: b.expr(consume.get("until"), scope),
	}
}

func (b *builder) loop(t *Task, n *node, scope []string, nested int) {
	t.For = &ForTask{Each: textOf(n.get("for", "each"), "item"), At: textOf(n.get("for", "at"), "index"), In: b.bare(n.get("for", "in"), scope)}
	inside := with(scope, t.For.Each, t.For.At)
	if t.For.Each == t.For.At {
		b.say(n.get("for"), "`each` and `at` are both named %s", t.For.At)
	}
	t.For.While = b.expr(n.get("while"), inside)
	t.Do = b.list(n.get("do"), inside, nested+1)
}

func (b *builder) run(n *node, scope []string) *RunTask {
	r := &RunTask{Await: n.get("await").truth(true), Return: textOf(n.get("return"), "stdout")}
	for _, what := range process.one {
		if part := n.get(what); part != nil {
			r.What, r.With = what, b.template(part, scope)
		}
	}
	b.refuseRun(n)
	return r
}

func (b *builder) cases(n *node, scope []string) []Case {
	var out []Case
	defaults := 0
	for _, item := range n.list() {
		for _, f := range item.each() {
			when := f.value.get("when")
			if when == nil {
				if defaults++; defaults > 1 {
					b.say(f.value, "there is a case without `when` already: one is done if no other matches")
				}
			}
			out = append(out, Case{Name: f.name, When: b.expr(when, scope), Then: f.value.get("then").text()})
		}
	}
	return out
}

func (b *builder) catch(n *node, scope []string, nested int) *Catch {
	c := &Catch{As: textOf(n.get("as"), "error"), Then: n.get("then").text()}
	scope = with(scope, c.As)
	c.With, _ = n.get("errors", "with").value().(map[string]any)
	c.When, c.ExceptWhen = b.expr(n.get("when"), scope), b.expr(n.get("exceptWhen"), scope)
	c.Retry = b.retry(n.get("retry"), scope)
	c.Do = b.list(n.get("do"), scope, nested+1)
	return c
}

// extension reads an extension. Its tasks may be done around any task, and know no variables.
func (b *builder) extension(f field) Extension {
	n := f.value
	return Extension{
		Name: f.name, Extend: n.get("extend").text(), When: b.expr(n.get("when"), nil),
		Before: b.tasks(n.get("before"), nil), After: b.tasks(n.get("after"), nil),
	}
}
