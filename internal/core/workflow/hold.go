package workflow

import (
	"errors"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// hold says where a value cannot be as a schema wants it, whatever its expressions give.
func (b *builder) hold(n *node, schema any, checker *Checker) {
	var wrong *jsonschema.ValidationError
	if errors.As(Validate(checker, n.value()), &wrong) {
		b.tell(n, schema, wrong)
	}
}

func (b *builder) tell(top *node, schema any, e *jsonschema.ValidationError) {
	n := top.at(e.InstanceLocation)
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			if i := n.place(name); i >= 0 {
				b.unknown(n, n.fields[i], "this", propertiesAt(schema, e.InstanceLocation))
			}
		}
	case *kind.Required:
		b.say(n, "the field `%s` is missing here", strings.Join(k.Missing, "`, `"))
	case *kind.AnyOf, *kind.OneOf, *kind.Not:
		if !b.open(n) {
			b.say(n, "%s", plainly(e))
		}
	default:
		for _, cause := range e.Causes {
			b.tell(top, schema, cause)
		}
		if len(e.Causes) == 0 && !b.mayGive(n) {
			b.say(n, "%s", plainly(e))
		}
	}
}

// mayGive says whether a node is an expression, so that nobody knows what it gives.
func (b *builder) mayGive(n *node) bool {
	return n.is(isText) && (isExpression(n.text()) || b.def.Loose)
}

// open says whether there is an expression in a node.
func (b *builder) open(n *node) bool {
	return b.mayGive(n) || slices.ContainsFunc(n.items, b.open) ||
		slices.ContainsFunc(n.fields, func(f field) bool { return b.open(f.value) })
}

// plainly gives what the library says of one thing, without where that is.
func plainly(e *jsonschema.ValidationError) string {
	s := reason(e)
	if _, after, ok := strings.Cut(s, "': "); ok && strings.HasPrefix(s, "at '") {
		s = after
	}
	return s + ", says the schema of the function"
}

// propertiesAt gives the names that a schema knows at a place of a value, if it says so plainly.
func propertiesAt(schema any, path []string) []string {
	for _, name := range path {
		s, _ := schema.(map[string]any)
		properties, _ := s["properties"].(map[string]any)
		if schema = properties[name]; schema == nil {
			schema = s["items"]
		}
	}
	s, _ := schema.(map[string]any)
	properties, _ := s["properties"].(map[string]any)
	names := make([]string, 0, len(properties))
	for name := range properties {
		names = append(names, name)
	}
	return slices.Sorted(slices.Values(names))
}
