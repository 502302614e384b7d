package workflow

import "slices"

// Directives are where a task may go on besides at another task of its list.
var directives = []string{"continue", "exit", "end"}

// flow holds the tasks of a list to each other: names, where they go on, and whether each can
// be reached.
func (b *builder) flow(list []*Task) {
	if len(list) == 0 {
		return
	}
	names := b.labels(list)
	for _, t := range list {
		b.targets(t, names, "in this list")
	}
	reached := reachable(list, len(b.extensions) > 0)
	for i, t := range list {
		if !reached[i] {
			b.warn(b.nodeOf(t), "the task `%s` is never reached", short(t.Name))
		}
	}
}

// branches reads the branches of a fork. None follows another.
func (b *builder) branches(n *node, scope []string, nested int) []*Task {
	out := b.items(n, scope, nested)
	b.labels(out)
	for _, t := range out {
		b.targets(t, labels{known: directives}, "to go to from a branch")
	}
	return out
}

// labels are the names in a list.
type labels struct {
	lines map[string]int
	known []string // and the directives; not all of them if they are many
}

// labels gives the names of a list, in which none is there twice.
func (b *builder) labels(list []*Task) labels {
	l := labels{make(map[string]int, len(list)), slices.Clone(directives)}
	for _, t := range list {
		at := b.nodeOf(t).named()
		switch line := l.lines[t.Name]; {
		case line > 0:
			b.say(at, "there is a task `%s` in this list already, at line %d", short(t.Name), line)
		case slices.Contains(directives, t.Name):
			b.warn(at, "nothing can go on at a task named `%s`: it is a directive", t.Name)
		case len(l.known) < maxKnown:
			l.known = append(l.known, t.Name)
		}
		l.lines[t.Name] = max(at.line, 1)
	}
	return l
}

// named is where the name of a field is.
func (n *node) named() *node {
	if n.up == nil {
		return n
	}
	i := n.up.place(n.name)
	if i < 0 {
		return n
	}
	f := n.up.fields[i]
	return &node{line: f.line, column: f.column, up: n.up, name: n.name}
}

func (b *builder) nodeOf(t *Task) *node { return b.places[t] }

// targets wants each directive of a task to lead somewhere.
func (b *builder) targets(t *Task, l labels, where string) {
	n := b.nodeOf(t)
	b.target(n.get("then"), l, where)
	b.target(n.get("catch", "then"), l, where)
	for _, item := range n.get("switch").list() {
		for _, f := range item.each() {
			b.target(f.value.get("then"), l, where)
		}
	}
}

func (b *builder) target(then *node, l labels, where string) {
	if s := then.text(); s != "" && !slices.Contains(directives, s) && l.lines[s] == 0 {
		b.say(then, "there is no task `%s` %s; %s", short(s), where, b.near(s, l.known))
	}
}

// reachable says which tasks of a list may be begun. extended: there are extensions.
func reachable(list []*Task, extended bool) []bool {
	index := make(map[string]int, len(list))
	for i, t := range list {
		index[t.Name] = i
	}
	reached := make([]bool, len(list)+1)
	for todo := []int{0}; len(todo) > 0; {
		i := todo[0]
		todo = todo[1:]
		if reached[i] || i == len(list) {
			continue
		}
		reached[i] = true
		for _, then := range leaves(list[i], extended) {
			switch target, known := index[then]; {
			case known:
				todo = append(todo, target)
			case then == "" || then == "continue":
				todo = append(todo, i+1)
			}
		}
	}
	return reached
}

// leaves gives all directives by which a task may be left; "" is to the next. An extension may
// do something else instead of a task.
func leaves(t *Task, extended bool) []string {
	out := []string{t.Then}
	if t.Kind == Switch {
		out = nil
		for _, c := range t.Switch {
			out = append(out, c.Then)
		}
		if !slices.ContainsFunc(t.Switch, func(c Case) bool { return c.When == nil }) {
			out = append(out, t.Then)
		}
	}
	if t.Kind == Raise {
		out = nil
	}
	if t.Kind == Try && t.Catch != nil && t.Catch.Then != "" {
		out = append(out, t.Catch.Then)
	}
	if t.If != nil || extended {
		out = append(out, "", t.Then)
	}
	return out
}
