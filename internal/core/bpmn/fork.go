package bpmn

import (
	"slices"

	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/shape"
)

// fork makes the level of a fork: begun and ended by an event, and where branches compete,
// the end ends those that are still under way.
func (b *builder) fork(n *shape.Node) *level {
	d := b.level(n.Inside)
	join := d.last[meeting(n.Inside)]
	if !n.Task.Fork.Compete {
		d.merge(join)
	}
	start := b.add(d.level, 0, element{tag: "startEvent"})
	end := element{tag: "endEvent"}
	if n.Task.Fork.Compete && !awaiting(n.Inside) {
		end.kids = []tree{el("bpmn:terminateEventDefinition")}
	}
	b.way(d.level, flow{from: start, to: d.first[0]})
	b.way(d.level, flow{from: join, to: b.add(d.level, join, end)})
	return d.level
}

// merge brings the ways together on which a branch ends, because a parallel gateway waits for
// each that leads to it.
func (d *drawn) merge(join int) {
	ways := map[int][]int{} // flows to join by node
	for i, f := range d.flows {
		if f.to == join {
			node := d.elements[f.from].node
			ways[node] = append(ways[node], i)
		}
	}
	for node := range d.of.Nodes {
		if len(ways[node]) < 2 {
			continue
		}
		together := d.add(d.level, node, element{tag: "exclusiveGateway"})
		for _, i := range ways[node] {
			d.flows[i].to = together
		}
		d.way(d.level, flow{from: together, to: join})
	}
}

func splitting(g *shape.Graph) string {
	if awaiting(g) {
		return "eventBasedGateway"
	}
	return "parallelGateway"
}

func joining(g *shape.Graph) string {
	switch {
	case awaiting(g):
		return "exclusiveGateway"
	case competing(g):
		return "complexGateway"
	}
	return "parallelGateway"
}

// competing says whether the first branch that ends is the only one that counts.
func competing(g *shape.Graph) bool { return g.Nodes[meeting(g)].Text != "" }

// meeting is where the branches of a fork meet.
func meeting(g *shape.Graph) int {
	return slices.IndexFunc(g.Nodes, func(n shape.Node) bool { return n.Kind == shape.Join })
}

// awaiting says whether all branches of a fork that competes do nothing but wait, which is
// what BPMN's event-based gateway is for.
func awaiting(g *shape.Graph) bool {
	branches := 0
	for _, n := range g.Nodes {
		if n.Task == nil {
			continue
		}
		branches++
		if n.Task.If != nil || n.Inside != nil || n.Task.Kind != workflow.Wait && n.Task.Kind != workflow.Listen {
			return false
		}
	}
	return competing(g) && branches > 1
}
