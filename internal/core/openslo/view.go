package openslo

import (
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v4"

	"slipway.dev/internal/core/manifest"
)

// view is a node with where it is. What is read of a mapping is remembered, so that the rest
// can be told. The node is nil where there is nothing.
type view struct {
	r    *reader
	n    *yaml.Node
	of   *object
	path string
	at   *yaml.Node // the nearest one around it that is there
	seen map[string]bool
}

// maxAliases is how far an alias of aliases is followed.
const maxAliases = 10

func follow(n *yaml.Node) *yaml.Node {
	for range maxAliases {
		if n == nil || n.Kind != yaml.AliasNode || n.Alias == nil {
			return n
		}
		n = n.Alias
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: n.Line, Column: n.Column}
}

// there says whether it is there, and not null.
func (v view) there() bool {
	return v.n != nil && (v.n.Kind != yaml.ScalarNode || v.n.ShortTag() != "!!null")
}

// in gives the value of a field. Views of the same mapping share what was read.
func (v view) in(name string) view {
	child := view{r: v.r, of: v.of, path: v.path + "." + name, at: v.place()}
	if v.path == "" {
		child.path = name
	}
	if v.n == nil || v.n.Kind != yaml.MappingNode {
		return child
	}
	v.seen[name] = true
	for i := 0; i+1 < len(v.n.Content); i += 2 {
		if follow(v.n.Content[i]).Value == name {
			child.n = follow(v.n.Content[i+1])
		}
	}
	if child.n != nil && child.n.Kind == yaml.MappingNode {
		child.seen = v.of.mapping(child.n)
	}
	return child
}

// list gives the items of a sequence.
func (v view) list() (items []view) {
	if v.n == nil || v.n.Kind != yaml.SequenceNode {
		return nil
	}
	for i, n := range v.n.Content {
		item := view{r: v.r, of: v.of, n: follow(n), path: fmt.Sprintf("%s[%d]", v.path, i), at: v.place()}
		if item.n != nil && item.n.Kind == yaml.MappingNode {
			item.seen = v.of.mapping(item.n)
		}
		items = append(items, item)
	}
	return items
}

// text gives the text of a field; "" if it has none.
func (v view) text(name string) string {
	if c := v.in(name); c.there() && c.n.Kind == yaml.ScalarNode {
		return c.n.Value
	}
	return ""
}

// number gives the number of a field.
func (v view) number(name string) (float64, bool) {
	c := v.in(name)
	if !c.there() || c.n.Kind != yaml.ScalarNode {
		return 0, false
	}
	x, err := strconv.ParseFloat(c.n.Value, 64)
	return x, err == nil && x == x
}

// flag says whether a field is true.
func (v view) flag(name string) bool {
	c := v.in(name)
	return c.there() && c.n.Kind == yaml.ScalarNode && c.n.ShortTag() == "!!bool" && (c.n.Value == "true" || c.n.Value == "True" || c.n.Value == "TRUE")
}

func (v view) place() *yaml.Node {
	if v.n != nil {
		return v.n
	}
	return v.at
}

func (v view) position() manifest.Position {
	p := manifest.Position{File: v.r.file, Line: 1, Column: 1}
	if n := v.place(); n != nil {
		p.Line, p.Column = max(1, n.Line), max(1, n.Column)
	}
	return p
}

// note says what became of it.
func (v view) note(format string, args ...any) {
	if len(v.r.notes) == maxNotes {
		return
	}
	v.r.notes = append(v.r.notes, Note{At: v.position(), Object: clip(v.of.String()), Field: v.path, Text: fmt.Sprintf(format, args...)})
	if len(v.r.notes) == maxNotes {
		v.r.notes[maxNotes-1].Text += "; and there is more, which is not told"
	}
}

// rest notes each field that nobody has read.
func (v view) rest() {
	if v.n == nil || v.n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(v.n.Content); i += 2 {
		name := follow(v.n.Content[i]).Value
		if !v.seen[name] {
			v.in(clip(name)).note("it is not taken over")
		}
	}
}

// mapping gives what was read of a mapping of the object.
func (o *object) mapping(n *yaml.Node) map[string]bool {
	if o.parts[n] == nil {
		o.parts[n] = map[string]bool{}
	}
	return o.parts[n]
}
