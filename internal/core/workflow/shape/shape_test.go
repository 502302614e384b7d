package shape_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/shape"
	"slipway.dev/internal/core/workflow/shape/shapetest"
)

// TestRandom holds shapes of anything to what those who draw them rely on.
func TestRandom(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		d := shapetest.Random(rand.New(rand.NewPCG(seed, 0)), 1+int(seed))
		hold(t, d)
	}
}

func TestExamples(t *testing.T) {
	t.Parallel()
	for name, d := range shapetest.Examples(t) {
		t.Run(name, func(t *testing.T) { hold(t, d) })
	}
}

// hold says where a shape is not one: identities that are not unique, edges from or to
// nowhere, nodes that nothing leads to though they are no tasks, and tasks that are missing.
func hold(t *testing.T, d *workflow.Definition) {
	t.Helper()
	s := shape.Of(d)
	seen := map[string]bool{}
	s.Walk(func(n *shape.Node) {
		if seen[n.ID] {
			t.Errorf("%q is twice", n.ID)
		}
		seen[n.ID] = true
		if (n.Task != nil) != (n.Kind == shape.Task || n.Kind == shape.Catch) {
			t.Errorf("%q of kind %s has task %v", n.ID, n.Kind, n.Task)
		}
		if n.Inside != nil {
			holdGraph(t, n.ID, n.Inside)
		}
	})
	holdGraph(t, "", &s.Graph)
	for pointer := range d.Tasks {
		if !seen[pointer] && !beside(pointer) {
			t.Errorf("task %q is not drawn", pointer)
		}
	}
}

// beside says whether a task is not on the way: of a function or an extension.
func beside(pointer string) bool { return len(pointer) > 4 && pointer[:5] == "/use/" }

func holdGraph(t *testing.T, id string, g *shape.Graph) {
	t.Helper()
	led := make([]bool, len(g.Nodes))
	for _, e := range g.Edges {
		if e.From < 0 || e.From >= len(g.Nodes) || e.To < 0 || e.To >= len(g.Nodes) {
			t.Fatalf("%q: edge %+v of %d nodes", id, e, len(g.Nodes))
		}
		if k := g.Nodes[e.From].Kind; k == shape.End || k == shape.Stop || k == shape.Join || k == shape.Link {
			t.Errorf("%q: a way leads on from %s", id, k)
		}
		led[e.To] = true
	}
	for i, n := range g.Nodes {
		if !led[i] && (n.Kind == shape.End || n.Kind == shape.Stop || n.Kind == shape.Link) {
			t.Errorf("%q: nothing leads to %s", id, n.ID)
		}
		if n.Kind == shape.Link && g.Nodes[n.To].Task == nil {
			t.Errorf("%q: %s leads to no task", id, n.ID)
		}
	}
}

// TestFar shows that a way to a task far away is no line, but a link that names it.
func TestFar(t *testing.T) {
	t.Parallel()
	d := &workflow.Definition{}
	for i := range 60 {
		name := fmt.Sprintf("t%d", i)
		d.Do = append(d.Do, &workflow.Task{Name: name, Pointer: "/do/" + name, Kind: workflow.Set})
	}
	d.Do[5].Then, d.Do[50].Then = "t10", "t2"
	g := shape.Of(d).Graph
	to := map[string]shape.Node{}
	for _, e := range g.Edges {
		to[g.Nodes[e.From].Name] = g.Nodes[e.To]
	}
	if got := to["t5"]; got.Name != "t10" {
		t.Errorf("t5 leads to %+v", got)
	}
	if got := to["t50"]; got.Kind != shape.Link || got.Text != "→ t2" || g.Nodes[got.To].Name != "t2" {
		t.Errorf("t50 leads to %+v", got)
	}
}
