package shape_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/jq"
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

// TestWays shows where tasks lead to, as the interpreter goes.
func TestWays(t *testing.T) {
	t.Parallel()
	set := func(name, then string) *workflow.Task {
		return &workflow.Task{Name: name, Pointer: "/" + name, Kind: workflow.Set, Then: then}
	}
	conditional := func(t *workflow.Task) *workflow.Task {
		t.If = &jq.Expr{}
		return t
	}
	try := func(c workflow.Catch) *workflow.Task {
		return &workflow.Task{Name: "try", Pointer: "/try", Kind: workflow.Try, Catch: &c}
	}
	retry := &workflow.Retry{Count: 3}
	for name, test := range map[string]struct {
		tasks []*workflow.Task
		want  string
	}{
		"sequence":          {[]*workflow.Task{set("a", ""), set("b", "")}, "start a, a b, b end"},
		"jump":              {[]*workflow.Task{set("a", "c"), set("b", "a"), set("c", "")}, "start a, a jump c, b jump a, c end"},
		"end and exit":      {[]*workflow.Task{set("a", "end"), set("b", "exit")}, "start a, a end, b end"},
		"skipped":           {[]*workflow.Task{conditional(set("a", "c")), set("b", ""), set("c", "")}, "start a, a jump c, a skip b, b c, c end"},
		"skipped to next":   {[]*workflow.Task{conditional(set("a", "")), set("b", "")}, "start a, a b, b end"},
		"raise":             {[]*workflow.Task{{Name: "a", Kind: workflow.Raise}, set("b", "")}, "start a, b end"},
		"skipped raise":     {[]*workflow.Task{conditional(&workflow.Task{Name: "a", Kind: workflow.Raise}), set("b", "")}, "start a, a skip b, b end"},
		"switch":            {[]*workflow.Task{{Name: "a", Kind: workflow.Switch, Then: "c", Switch: []workflow.Case{{When: &jq.Expr{}, Then: "b"}}}, set("b", ""), set("c", "")}, "start a, a case b, a case c, b c, c end"},
		"switch, default":   {[]*workflow.Task{{Name: "a", Kind: workflow.Switch, Then: "c", Switch: []workflow.Case{{Then: ""}}}, set("b", ""), set("c", "")}, "start a, a case b, b c, c end"},
		"catch":             {[]*workflow.Task{try(workflow.Catch{Do: []*workflow.Task{set("x", "")}, Then: "c"}), set("b", ""), set("c", "")}, "start try, try b, catch jump c, try error catch, b c, c end"},
		"swallowed":         {[]*workflow.Task{try(workflow.Catch{}), set("b", "")}, "start try, try b, try error b, b end"},
		"retried":           {[]*workflow.Task{try(workflow.Catch{Retry: retry}), set("b", "")}, "start try, try b, b end"},
		"retried, and then": {[]*workflow.Task{try(workflow.Catch{Retry: retry, Then: "exit"}), set("b", "")}, "start try, try b, try error end, b end"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := ways(shape.Of(&workflow.Definition{Do: test.tasks}).Graph); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
	fork := &workflow.Task{Name: "f", Kind: workflow.Fork, Fork: &workflow.ForkTask{Branches: []*workflow.Task{set("a", "b"), set("b", "end"), {Name: "c", Kind: workflow.Raise}}}}
	inside := shape.Of(&workflow.Definition{Do: []*workflow.Task{fork}}).Nodes[1].Inside
	if got := ways(*inside); got != "split a, a join, split b, b stop, split c" {
		t.Error(got)
	}
}

// ways tells all edges of a graph.
func ways(g shape.Graph) string {
	name := func(i int) string { return cmp.Or(g.Nodes[i].Name, string(g.Nodes[i].Kind)) }
	var all []string
	for _, e := range g.Edges {
		kind := string(e.Kind) + " "
		if e.Kind == shape.Sequence {
			kind = ""
		}
		all = append(all, name(e.From)+" "+kind+name(e.To))
	}
	return strings.Join(all, ", ")
}
