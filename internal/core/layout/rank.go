package layout

// arc is a line between two different boxes, turned so that all arcs lead forward.
type arc struct{ from, to, line int }

// arcs tells the lines that lead forward from those that lead back, as loops do: the ones
// that a walk from the first box, in the order of reading, finds leading to where it came from.
// order has each box behind all that lead to it.
func (g *Graph) arcs() (forward []arc, back []bool, order []int) {
	const fresh, open, done = 0, 1, 2
	out := make([][]int, len(g.Boxes))
	for i, l := range g.Lines {
		out[l.From] = append(out[l.From], i)
	}
	state := make([]int, len(g.Boxes))
	back = make([]bool, len(g.Lines))
	var visit func(int)
	visit = func(box int) {
		state[box] = open
		for k := len(out[box]) - 1; k >= 0; k-- { // the first line last, so that order has it first
			i := out[box][k]
			switch to := g.Lines[i].To; state[to] {
			case open:
				back[i] = true
			case fresh:
				visit(to)
			}
		}
		state[box] = done
		order = append(order, box)
	}
	for _, box := range g.starts() {
		if state[box] == fresh {
			visit(box)
		}
	}
	for i, j := 0, len(order)-1; i < j; i, j = i+1, j-1 {
		order[i], order[j] = order[j], order[i]
	}
	for i, l := range g.Lines {
		if !back[i] {
			forward = append(forward, arc{l.From, l.To, i})
		}
	}
	return forward, back, order
}

// starts gives all boxes, those that no line leads to last but for the first one, because
// walks are put in front of each other.
func (g *Graph) starts() []int {
	led := make([]bool, len(g.Boxes))
	for _, l := range g.Lines {
		if l.From != l.To {
			led[l.To] = true
		}
	}
	var starts, rest []int
	for i := range g.Boxes {
		if !led[i] {
			starts = append(starts, i)
		} else {
			rest = append(rest, i)
		}
	}
	return append(starts, rest...)
}

// ranks gives each box its layer: the longest way that leads to it. A line with a label needs
// a layer between.
func ranks(boxes int, forward []arc, order []int, labelled func(line int) bool) []int {
	rank := make([]int, boxes)
	out := make([][]arc, boxes)
	for _, a := range forward {
		out[a.from] = append(out[a.from], a)
	}
	for _, box := range order {
		for _, a := range out[box] {
			long := 1
			if labelled(a.line) {
				long = 2
			}
			rank[a.to] = max(rank[a.to], rank[box]+long)
		}
	}
	return rank
}
