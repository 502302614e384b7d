package shape

import (
	"cmp"

	"slipway.dev/internal/core/workflow"
)

// branches is what is inside of a fork. All branches meet, but for one that ends the workflow.
func branches(t *workflow.Task) Graph {
	b := builder{place: place{id: t.Pointer + "/fork/branches"}, tasks: t.Fork.Branches, known: map[string]int{}}
	split := b.add(Node{ID: b.id + "#split", Kind: Split})
	for _, branch := range b.tasks {
		b.task(branch)
	}
	join := b.add(Node{ID: b.id + "#join", Kind: Join})
	if t.Fork.Compete {
		b.Nodes[join].Text = "the first one wins"
	}
	for i, branch := range b.tasks {
		b.edge(Edge{From: split, To: b.nodes[i]})
		if !dead(branch) {
			b.edge(Edge{From: b.nodes[i], To: b.after(i, branch.Then, join)})
		}
		if branch.If != nil && (dead(branch) || branch.Then == "end") {
			b.edge(Edge{From: b.nodes[i], To: join, Kind: Skip, Label: "if not"})
		}
		if branch.Kind == workflow.Try && branch.Catch != nil {
			then := cmp.Or(branch.Catch.Then, branch.Then)
			b.handle(b.nodes[i], b.catch[i], b.after(i, then, join), Sequence, branch.Catch)
		}
	}
	if len(b.tasks) == 0 {
		b.edge(Edge{From: split, To: join})
	}
	return b.Graph
}

// after is where a branch goes on.
func (b *builder) after(i int, then string, join int) int {
	if then == "end" {
		return b.leaving(i, Stop)
	}
	return join
}

// dead says whether nothing can come after a task, because it always fails.
func dead(t *workflow.Task) bool { return t.Kind == workflow.Raise }
