package workflow

import (
	"slices"
	"strconv"
	"strings"
)

// form is what a value is, in the words of JSON.
type form string

const (
	isObject  form = "fields"
	isList    form = "a list"
	isText    form = "text"
	isNumber  form = "a number"
	isBoolean form = "true or false"
	isNull    form = "nothing"
)

// node is a value of a file and where it is. Aliases are followed already: a node is in one
// place of the tree. All methods may be called of nil, which is what is not there.
type node struct {
	form         form
	scalar       any // string, int, float64, *big.Int, bool or nil
	line, column int
	up           *node
	name         string // in up, if that has fields
	index        int    // in up, if that is a list
	fields       []field
	items        []*node
	places       map[string]int // of fields, if they are many
	made         any            // value, once it was asked for
}

// field is one of an object, in the order of the file.
type field struct {
	name         string
	line, column int // of the name
	value        *node
}

// get gives a field's value, or nil.
func (n *node) get(path ...string) *node {
	for _, name := range path {
		n = n.field(name)
	}
	return n
}

func (n *node) field(name string) *node {
	if n == nil {
		return nil
	}
	if i := n.place(name); i >= 0 {
		return n.fields[i].value
	}
	return nil
}

// many is from how many fields on one does not look at all of them for a name.
const many = 30

// place gives the index of a field, or -1.
func (n *node) place(name string) int {
	if n.places != nil {
		if i, ok := n.places[name]; ok {
			return i
		}
		return -1
	}
	return slices.IndexFunc(n.fields, func(f field) bool { return f.name == name })
}

// put adds a field whose name is new.
func (n *node) put(f field) {
	f.value.up, f.value.name = n, f.name
	n.fields = append(n.fields, f)
	switch {
	case n.places != nil:
		n.places[f.name] = len(n.fields) - 1
	case len(n.fields) == many:
		n.places = make(map[string]int, 2*many)
		for i := range n.fields {
			n.places[n.fields[i].name] = i
		}
	}
}

// without is the same object without a field.
func (n *node) without(name string) *node {
	out := *n
	out.places, out.made = nil, nil
	out.fields = slices.DeleteFunc(slices.Clone(n.fields), func(f field) bool { return f.name == name })
	return &out
}

// text gives a text, or "" for anything else.
func (n *node) text() string {
	if n == nil {
		return ""
	}
	s, _ := n.scalar.(string)
	return s
}

func (n *node) integer() int {
	if n == nil {
		return 0
	}
	i, _ := n.scalar.(int)
	return i
}

func (n *node) is(f form) bool { return n != nil && n.form == f }

// truth gives true or false, or what is so if nothing is said.
func (n *node) truth(otherwise bool) bool {
	if n == nil {
		return otherwise
	}
	b, ok := n.scalar.(bool)
	return ok && b || !ok && otherwise
}

// list gives the items; of what is not there, none.
func (n *node) list() []*node {
	if n == nil {
		return nil
	}
	return n.items
}

func (n *node) names() []string {
	if n == nil {
		return nil
	}
	out := make([]string, len(n.fields))
	for i, f := range n.fields {
		out[i] = f.name
	}
	return out
}

// value gives what is written as JSON has it. It is made once, and never changed.
func (n *node) value() any {
	switch {
	case n == nil:
		return nil
	case n.made == nil:
		n.made = n.assemble((*node).value)
	}
	return n.made
}

// assemble makes a value of those of the fields and items.
func (n *node) assemble(value func(*node) any) any {
	switch n.form {
	case isObject:
		out := make(map[string]any, len(n.fields))
		for _, f := range n.fields {
			out[f.name] = value(f.value)
		}
		return out
	case isList:
		out := make([]any, len(n.items))
		for i, item := range n.items {
			out[i] = value(item)
		}
		return out
	default:
		return n.scalar
	}
}

// pointer is the JSON Pointer of a node.
func (n *node) pointer() string {
	switch {
	case n == nil || n.up == nil:
		return ""
	case n.up.form == isList:
		return n.up.pointer() + "/" + strconv.Itoa(n.index)
	default:
		return n.up.pointer() + "/" + escape(n.name)
	}
}

// escape writes a name as JSON Pointers have it.
func escape(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// at gives the node that is so many names and indexes below, or the last that there is.
func (n *node) at(path []string) *node {
	for _, name := range path {
		next := n.get(name)
		if i, err := strconv.Atoi(name); err == nil && n.is(isList) && i < len(n.items) && i >= 0 {
			next = n.items[i]
		}
		if next == nil {
			return n
		}
		n = next
	}
	return n
}
