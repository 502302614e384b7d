package shape

import "slipway.dev/internal/core/workflow"

// Shape is a workflow as it is drawn.
type Shape struct {
	Name     string // namespace/name version
	Title    string // what to call it
	Summary  string
	Schedule *workflow.Schedule // nil: it does not run by itself
	Graph
}

// Graph is nodes and the ways between them, in the order in which they are read.
type Graph struct {
	Nodes []Node
	Edges []Edge
}

// Kind says what a node is.
type Kind string

// The kinds of nodes.
const (
	Start Kind = "start" // a list begins
	End   Kind = "end"   // a list ends; of the outermost, the workflow
	Stop  Kind = "stop"  // the whole workflow ends from within
	Task  Kind = "task"
	Catch Kind = "catch" // what is done with an error; its Task is the try
	Split Kind = "split" // branches begin
	Join  Kind = "join"  // branches meet
	Link  Kind = "link"  // it goes on at a task that is far away: Node.To
)

// Node is something on the way.
type Node struct {
	ID     string // unique in the shape; of a task its pointer
	Kind   Kind
	Task   *workflow.Task // nil unless it is of a task
	Name   string
	Text   string   // in short what it does: "GET https://example.com"
	Notes  []string // what else holds: "if .a > 1", "timeout 30 s"
	Inside *Graph
	To     int // of a link: the node, in the same graph
}

// EdgeKind says why a way is taken.
type EdgeKind string

// The kinds of edges.
const (
	Sequence EdgeKind = "sequence" // one after the other
	Jump     EdgeKind = "jump"     // then: NAME
	Case     EdgeKind = "case"     // of a switch
	Error    EdgeKind = "error"    // an error is caught
	Skip     EdgeKind = "skip"     // the task's condition does not hold, and it goes on elsewhere than behind it
)

// Edge is a way from one node to another.
type Edge struct {
	From, To int // indexes of nodes
	Kind     EdgeKind
	Label    string // name of a case, error that is caught
	Text     string // the condition
}

// Of gives the shape of a workflow.
func Of(d *workflow.Definition) Shape {
	s := Shape{
		Name:     plain(d.Document.Namespace + "/" + d.Document.Name + " " + d.Document.Version),
		Title:    plain(d.Document.Title),
		Summary:  plain(d.Document.Summary),
		Schedule: d.Schedule,
	}
	if s.Title == "" {
		s.Title = plain(d.Document.Name)
	}
	s.Graph = list(d.Do, place{id: "/do", text: schedule(d.Schedule), outermost: true})
	return s
}

// Walk goes through all nodes, those around others first.
func (g *Graph) Walk(do func(*Node)) {
	for i := range g.Nodes {
		do(&g.Nodes[i])
		if in := g.Nodes[i].Inside; in != nil {
			in.Walk(do)
		}
	}
}
