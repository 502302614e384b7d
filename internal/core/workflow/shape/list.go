package shape

import (
	"slices"

	"slipway.dev/internal/core/workflow"
)

// place is where a list of tasks is.
type place struct {
	id        string // of the list
	text      string // what begins it
	outermost bool
}

// builder makes the graph of a list.
type builder struct {
	place
	Graph
	tasks []*workflow.Task
	nodes []int          // by task
	catch []int          // by task: of what it does with errors, or -1
	end   int            // that all share, or -1
	named map[string]int // tasks by name
	known map[string]int // ends and links by identity
}

func list(tasks []*workflow.Task, at place) Graph {
	b := builder{place: at, tasks: tasks, end: -1, named: map[string]int{}, known: map[string]int{}}
	for i := len(tasks) - 1; i >= 0; i-- {
		b.named[tasks[i].Name] = i // of two, the first
	}
	b.add(Node{ID: at.id + "#start", Kind: Start, Text: at.text})
	for _, t := range tasks {
		b.task(t)
	}
	b.edge(Edge{From: 0, To: b.next(-1)})
	for i := range tasks {
		b.leave(i)
	}
	return b.Graph
}

// task adds the nodes of a task.
func (b *builder) task(t *workflow.Task) {
	b.nodes = append(b.nodes, b.add(node(t)))
	b.catch = append(b.catch, -1)
	if t.Kind == workflow.Try && t.Catch != nil && len(t.Catch.Do) > 0 {
		b.catch[len(b.catch)-1] = b.add(caught(t))
	}
}

func (b *builder) add(n Node) int {
	b.Nodes = append(b.Nodes, n)
	return len(b.Nodes) - 1
}

func (b *builder) edge(e Edge) {
	if e.Kind == "" {
		e.Kind = Sequence
	}
	b.Edges = append(b.Edges, e)
}

// leave adds the ways out of a task. One that is skipped is followed by the next, whatever
// it says of what is then.
func (b *builder) leave(i int) {
	t, from := b.tasks[i], b.nodes[i]
	on := -1
	switch {
	case t.Kind == workflow.Switch:
		b.cases(i)
	case dead(t): // nothing comes after an error
	default:
		on = b.target(i, t.Then)
		b.edge(Edge{From: from, To: on, Kind: kindOf(t.Then)})
	}
	if t.If != nil && (on < 0 || on != b.next(i)) {
		b.edge(Edge{From: from, To: b.next(i), Kind: Skip, Label: "if not"})
	}
	if t.Kind == workflow.Try && t.Catch != nil {
		b.caught(i)
	}
}

// cases adds the ways out of a switch. Where no case holds and none is the default, it goes
// on as after any task.
func (b *builder) cases(i int) {
	t := b.tasks[i]
	var ways []Edge
	otherwise := Edge{From: b.nodes[i], To: -1, Kind: Case, Label: "otherwise"}
	for _, c := range t.Switch {
		switch to := b.target(i, c.Then); {
		case c.When != nil:
			ways = append(ways, Edge{From: b.nodes[i], To: to, Kind: Case, Label: plain(c.Name), Text: expression(c.When)})
		case otherwise.To < 0: // of two, the first
			otherwise.To = to
			if c.Name != "default" {
				otherwise.Label, otherwise.Text = plain(c.Name), "otherwise"
			}
		}
	}
	if otherwise.To < 0 {
		otherwise.To = b.target(i, t.Then)
	}
	// It stands beside a case that leads to the same task, so that they do not cross others.
	at := 1 + slices.IndexFunc(ways, func(e Edge) bool { return e.To == otherwise.To })
	if at == 0 {
		at = len(ways)
	}
	for _, e := range slices.Insert(ways, at, otherwise) {
		b.edge(e)
	}
}

// caught adds the way of an error that a try catches.
func (b *builder) caught(i int) {
	t := b.tasks[i]
	then := t.Catch.Then
	if then == "" {
		then = t.Then
	}
	b.handle(b.nodes[i], b.catch[i], b.target(i, then), kindOf(then), t.Catch)
}

// handle leads an error of a try to what is done with it, if anything is, and then on. What
// was retried in vain is caught only if something is said for that case.
func (b *builder) handle(try, catch, on int, kind EdgeKind, c *workflow.Catch) {
	if c.Retry != nil && len(c.Do) == 0 && c.Then == "" {
		return
	}
	e := Edge{From: try, To: on, Kind: Error, Label: errorsOf(c), Text: conditions(c.When, c.ExceptWhen)}
	if catch >= 0 {
		e.To = catch
		b.edge(Edge{From: catch, To: on, Kind: kind})
	}
	b.edge(e)
}
