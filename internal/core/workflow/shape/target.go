package shape

import "fmt"

// near is how many tasks before its end a way out of a list still leads to the end that all
// share. Others have an end of their own: long lines say less than a short one.
const near = 6

// far is how many tasks ahead or back a way is still a line. Farther ones end at a link, which
// names the task: nobody follows a line over several screens.
const far = 20

func kindOf(then string) EdgeKind {
	switch then {
	case "", "continue", "exit", "end":
		return Sequence
	}
	return Jump
}

// target is the node that a directive of task i leads to.
func (b *builder) target(i int, then string) int {
	switch then {
	case "", "continue":
		return b.next(i)
	case "exit":
		return b.leaving(i, End)
	case "end":
		if b.outermost {
			return b.leaving(i, End)
		}
		return b.leaving(i, Stop)
	}
	k, ok := b.named[then]
	switch {
	case !ok:
		return b.next(i) // Parse refuses it
	case max(k-i, i-k) > far:
		return b.link(i, k)
	}
	return b.nodes[k]
}

// next is the node after task i.
func (b *builder) next(i int) int {
	if i+1 < len(b.nodes) {
		return b.nodes[i+1]
	}
	if b.end < 0 {
		b.end = b.add(Node{ID: b.id + "#end", Kind: End})
	}
	return b.end
}

// leaving is where a way that leaves the list from task i ends.
func (b *builder) leaving(i int, kind Kind) int {
	if kind == End && i+near >= len(b.nodes) {
		return b.next(len(b.nodes) - 1)
	}
	return b.once(Node{ID: fmt.Sprintf("%s#%s%d", b.id, kind, i), Kind: kind})
}

// link is where a way ends that goes on at task k.
func (b *builder) link(i, k int) int {
	return b.once(Node{ID: fmt.Sprintf("%s#link%d-%d", b.id, i, k), Kind: Link, Text: "→ " + plain(b.tasks[k].Name), To: b.nodes[k]})
}

// once adds a node unless it is there.
func (b *builder) once(n Node) int {
	k, ok := b.known[n.ID]
	if !ok {
		k = b.add(n)
		b.known[n.ID] = k
	}
	return k
}
