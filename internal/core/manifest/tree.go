package manifest

import "go.yaml.in/yaml/v4"

// tree is a node of a document. It has what is needed of the library's nodes, in a third of
// their space, and comes from the library or, where that understands all, the quick reader.
type tree struct {
	Kind    yaml.Kind
	Tag     string // short: "!!str"
	Value   string
	Line    int
	Column  int
	Content []*tree
	Alias   *tree
}

type node = *tree

// treeOf makes a tree of the library's, so many lines further down. What an anchor is put to
// stays one node, however often it is named.
func treeOf(n *yaml.Node, down int, seen map[*yaml.Node]node) node {
	if t, ok := seen[n]; ok {
		return t
	}
	t := &tree{Kind: n.Kind, Tag: n.ShortTag(), Value: n.Value, Line: n.Line + down, Column: n.Column}
	if n.Anchor != "" {
		seen[n] = t
	}
	if n.Alias != nil {
		t.Alias = treeOf(n.Alias, down, seen)
	}
	for _, c := range n.Content {
		t.Content = append(t.Content, treeOf(c, down, seen))
	}
	return t
}

// forest is where the quick reader puts trees. What was in it is gone when it is cleared.
type forest struct {
	trees []*[forestChunk]tree
	used  int
	stack []node // children that are not in a node yet
	lists [][]node
	list  int // which of lists is being filled
}

const forestChunk = 64

func (f *forest) clear() {
	f.used, f.list, f.stack = 0, 0, f.stack[:0]
	for i := range f.lists {
		f.lists[i] = f.lists[i][:0]
	}
}

func (f *forest) grow(kind yaml.Kind, tag, value string, line, column int) node {
	if f.used == len(f.trees)*forestChunk {
		f.trees = append(f.trees, new([forestChunk]tree))
	}
	t := &f.trees[f.used/forestChunk][f.used%forestChunk]
	f.used++
	*t = tree{Kind: kind, Tag: tag, Value: value, Line: line, Column: column}
	return t
}

// adopt gives a node all children that came onto the stack since it was so high.
func (f *forest) adopt(n node, height int) node {
	children := f.stack[height:]
	for ; ; f.list++ {
		if f.list == len(f.lists) {
			f.lists = append(f.lists, make([]node, 0, max(forestChunk, len(children))))
		}
		if list := f.lists[f.list]; len(list)+len(children) <= cap(list) {
			at := len(list)
			f.lists[f.list] = append(list, children...)
			n.Content = f.lists[f.list][at:len(f.lists[f.list]):len(f.lists[f.list])]
			f.stack = f.stack[:height]
			return n
		}
	}
}
