package shape

import "slipway.dev/internal/core/workflow"

// branches is what is inside of a fork. What a branch says of how to go on has no meaning there:
// all meet.
func branches(t *workflow.Task) Graph {
	b := builder{place: place{id: t.Pointer + "/fork/branches"}, tasks: t.Fork.Branches}
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
			b.edge(Edge{From: b.nodes[i], To: join})
		}
		if branch.Kind == workflow.Try && branch.Catch != nil {
			b.handle(b.nodes[i], b.catch[i], join, Sequence, branch.Catch)
		}
	}
	if len(b.tasks) == 0 {
		b.edge(Edge{From: split, To: join})
	}
	return b.Graph
}

// dead says whether nothing can come after a task, because it always fails.
func dead(t *workflow.Task) bool { return t.Kind == workflow.Raise && t.If == nil }
