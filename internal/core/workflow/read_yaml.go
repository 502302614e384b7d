package workflow

import (
	"bytes"
	"errors"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// readYAML reads the one document of a file.
func (r *reader) readYAML(data []byte) *node {
	start := &node{line: 1, column: 1}
	loader, err := yaml.NewLoader(bytes.NewReader(data))
	if err != nil {
		r.say(start, "cannot be read: %v", err)
		return nil
	}
	var doc, more yaml.Node
	switch err := loader.Load(&doc); {
	case errors.Is(err, io.EOF), err == nil && len(doc.Content) == 0:
		r.say(start, "the file is empty; a workflow has at least `document` and `do`")
		return nil
	case err != nil:
		r.syntax(err)
		return nil
	}
	switch err := loader.Load(&more); {
	case err == nil:
		r.say(&node{line: more.Line, column: more.Column}, "there is a second document; a file has one workflow")
	case !errors.Is(err, io.EOF):
		r.syntax(err)
	}
	return r.fromYAML(doc.Content[0], 1)
}

// syntax tells what the YAML reader found.
func (r *reader) syntax(err error) {
	var e *yaml.LoadError
	if !errors.As(err, &e) {
		r.say(&node{}, "not YAML: %v", err)
		return
	}
	text := strings.TrimPrefix(strings.TrimSpace(e.ContextMsg+": "+e.Message), ": ")
	r.say(&node{line: e.Mark.Line, column: e.Mark.Column}, "not YAML: %s", text)
}

// fromYAML makes a tree of the library's, with all aliases followed. It gives a node even for
// what cannot be used.
func (r *reader) fromYAML(y *yaml.Node, depth int) *node {
	n := &node{form: isNull, line: y.Line, column: y.Column}
	if !r.enter(n, depth) {
		return n
	}
	switch y.Kind {
	case yaml.AliasNode:
		return r.fromYAML(y.Alias, depth+1)
	case yaml.MappingNode:
		n.form = isObject
		r.fields(n, y, depth)
	case yaml.SequenceNode:
		n.form = isList
		for _, c := range y.Content {
			r.append(n, r.fromYAML(c, depth+1))
		}
	default:
		r.scalar(n, y)
	}
	return n
}

func (r *reader) fields(n *node, y *yaml.Node, depth int) {
	for i := 0; i+1 < len(y.Content) && !r.full; i += 2 {
		key := y.Content[i]
		place := &node{up: n, line: key.Line, column: key.Column}
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		switch tag := key.ShortTag(); {
		case tag == "!!merge":
			r.say(place, "merge keys (<<) are not supported; write the fields out")
		case key.Kind != yaml.ScalarNode || tag == "!!null":
			r.say(place, "a name is expected here")
		default:
			r.add(n, field{key.Value, place.line, place.column, r.fromYAML(y.Content[i+1], depth+1)})
		}
	}
}

// scalar reads a text, number, truth or nothing, as YAML 1.2 has them: dates are text.
func (r *reader) scalar(n *node, y *yaml.Node) {
	switch tag := y.ShortTag(); tag {
	case "!!str", "!!timestamp":
		n.form, n.scalar = isText, y.Value
	case "!!null":
	case "!!bool":
		n.form, n.scalar = isBoolean, strings.EqualFold(y.Value, "true")
	case "!!int":
		n.form, n.scalar = isNumber, 0
		i, ok := bigInteger(strings.ReplaceAll(y.Value, "_", ""), 0)
		if !ok {
			r.say(n, "%s is no number that can be used here", short(y.Value))
			return
		}
		n.scalar = whole(i)
	case "!!float":
		f, err := strconv.ParseFloat(strings.ReplaceAll(y.Value, "_", ""), 64)
		if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
			r.say(n, "%s is no number that can be used here", short(y.Value))
			f = 0
		}
		n.form, n.scalar = isNumber, decimal(f)
	default:
		r.say(n, "the tag %s is not supported", short(tag))
	}
}

// maxDigits bounds whole numbers, whose arithmetic costs by their length.
const maxDigits = 300

func bigInteger(text string, base int) (*big.Int, bool) {
	if len(text) > maxDigits {
		return nil, false
	}
	return new(big.Int).SetString(text, base)
}

// whole and decimal give a number as expressions have it, so that the same number is the same
// value however it is written.
func whole(i *big.Int) any {
	if i.IsInt64() && int64(int(i.Int64())) == i.Int64() {
		return int(i.Int64())
	}
	return i
}

func decimal(f float64) any {
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return int(f)
	}
	return f
}
