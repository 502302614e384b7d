package flow

import "strings"

// Tree matches requests to one service. All its patterns are in one tree by their segments,
// so that what a match costs depends on the patterns that the request is alike, and not on
// how many there are. No path can make it visit a node twice.
type Tree struct {
	methods map[string]*node // "" is for any
	steps   []Ref            // by place
	flows   int
	last    int // flow of the last step that was added
}

// node is a place in the tree: below it, the patterns that begin alike.
type node struct {
	literal map[string]*node // "/" is the end after a slash
	any     *node            // {x}
	rest    []leaf           // patterns that take all that follows: {x...}, or a slash at the end
	here    []leaf           // patterns that end here
}

// leaf is a step whose pattern ends at a node.
type leaf struct {
	ref  Ref
	flow int // position among the flows of this tree
}

// Steps gives all steps of the tree by place.
func (t *Tree) Steps() []Ref {
	if t == nil {
		return nil
	}
	return t.steps
}

// add puts a step in. Steps come flow by flow.
func (t *Tree) add(p pattern, r Ref) {
	if t.last != r.Flow {
		t.last = r.Flow
		t.flows++
	}
	t.steps = append(t.steps, r)
	at := t.methods[p.method]
	if at == nil {
		at = &node{}
		t.methods[p.method] = at
	}
	for _, s := range p.segments {
		at = at.below(s)
	}
	l := leaf{r, t.flows - 1}
	if p.open {
		at.rest = append(at.rest, l)
	} else {
		at.here = append(at.here, l)
	}
}

func (n *node) below(s segment) *node {
	if s.any {
		if n.any == nil {
			n.any = &node{}
		}
		return n.any
	}
	if n.literal == nil {
		n.literal = map[string]*node{}
	}
	c := n.literal[s.text]
	if c == nil {
		c = &node{}
		n.literal[s.text] = c
	}
	return c
}

// Match appends to into, for each flow, the step that a request is of; see Matcher.
func (t *Tree) Match(method, path string, into []Ref) []Ref {
	if t == nil || path == "" || path[0] != '/' {
		return into
	}
	s := seen{left: t.flows}
	if t.flows > len(s.few)*wordBits {
		s.many = make([]uint64, t.flows/wordBits+1)
	}
	into = t.methods[method].match(path, &s, into)
	if method == "HEAD" {
		into = t.methods["GET"].match(path, &s, into)
	}
	return t.methods[""].match(path, &s, into)
}

// match goes down in the order of precedence, so that the first step found of each flow is
// the most specific one.
func (n *node) match(path string, s *seen, into []Ref) []Ref {
	if n == nil || s.left == 0 {
		return into
	}
	if path == "" {
		return s.take(n.here, into)
	}
	segment, rest := cut(path)
	into = n.child(segment).match(rest, s, into)
	if n.any != nil && !isSlash(segment) {
		into = n.any.match(rest, s, into)
	}
	return s.take(n.rest, into)
}

// seen says which flows have their step, bit by bit.
type seen struct {
	left int // flows that have none
	few  [8]uint64
	many []uint64 // instead of few, if they are not enough
}

const wordBits = 64

// take appends the steps of those flows that have none yet.
func (s *seen) take(leaves []leaf, into []Ref) []Ref {
	for _, l := range leaves {
		word, bit := &s.few[l.flow/wordBits%len(s.few)], uint64(1)<<(l.flow%wordBits)
		if s.many != nil {
			word = &s.many[l.flow/wordBits]
		}
		if *word&bit == 0 {
			*word |= bit
			s.left--
			into = append(into, l.ref)
		}
	}
	return into
}

// cut takes the first segment off a path that begins with a slash; a slash that ends the
// path is a segment of its own. Repeated slashes are one.
func cut(path string) (segment, rest string) {
	for len(path) > 1 && path[1] == '/' {
		path = path[1:]
	}
	if path == "/" {
		return path, ""
	}
	end := strings.IndexByte(path[1:], '/')
	if end < 0 {
		return path[1:], ""
	}
	return path[1 : end+1], path[end+1:]
}

// child finds the node for a segment as it was sent.
func (n *node) child(segment string) *node {
	if len(n.literal) == 0 || len(segment) > 3*maxRequest { // longer than any literal, escaped
		return nil
	}
	return n.literal[unescape(segment)]
}

// isSlash says whether a segment is taken for a slash at the path's end. To ServeMux an
// escaped one that stands alone is one.
func isSlash(segment string) bool {
	return segment == "/" || len(segment) == 3 && strings.EqualFold(segment, "%2F")
}
