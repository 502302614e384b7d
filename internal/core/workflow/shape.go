package workflow

import (
	"maps"
	"regexp"
	"slices"

	"slipway.dev/internal/core/nearest"
	"slipway.dev/internal/core/workflow/jq"
)

// shape says what a node may look like. It tells the reader what is wrong, so that what is
// made of a tree later may take what is not there for not said.
type shape interface{ check(r *reader, n *node) }

// checked is a shape that is a function.
type checked func(r *reader, n *node)

func (f checked) check(r *reader, n *node) { f(r, n) }

// fields are those that an object may have.
type fields map[string]shape

// object is a shape of fields.
type object struct {
	what   string // "a retry policy"
	fields fields
	need   []string
	one    []string // exactly one of these
	others shape    // of all other fields; nil: there are none
	some   bool     // at least one field
}

func (o object) check(r *reader, n *node) {
	if n.form != isObject {
		r.say(n, "%s is expected here, with fields like {a: b}, and not %s", o.what, describe(n))
		return
	}
	for _, f := range n.fields {
		switch s, known := o.fields[f.name]; {
		case known:
			s.check(r, f.value)
		case o.others != nil:
			o.others.check(r, f.value)
		default:
			r.unknown(n, f, o.what, slices.Sorted(maps.Keys(o.fields)))
		}
	}
	o.complete(r, n)
}

// unknown tells of a field that nobody knows.
func (r *reader) unknown(n *node, f field, what string, known []string) {
	place := &node{line: f.line, column: f.column, up: n, name: f.name}
	r.say(place, "%s has no field `%s`; %s", what, short(f.name), r.near(f.name, known))
}

// complete looks for what must be there.
func (o object) complete(r *reader, n *node) {
	for _, name := range o.need {
		if n.get(name) == nil {
			r.say(n, "%s needs the field `%s`", o.what, name)
		}
	}
	if o.some && len(n.fields) == 0 {
		r.say(n, "%s needs at least one field", o.what)
	}
	if len(o.one) == 0 {
		return
	}
	var there []string
	for _, name := range o.one {
		if n.get(name) != nil {
			there = append(there, name)
		}
	}
	switch {
	case len(there) == 0:
		r.say(n, "%s needs one of %s", o.what, nearest.Quoted(o.one))
	case len(there) > 1:
		r.say(n, "%s has only one of %s", o.what, nearest.Quoted(there))
	}
}

// listOf is a list whose items have a shape.
func listOf(item shape) shape {
	return checked(func(r *reader, n *node) {
		if n.form != isList {
			r.say(n, "a list is expected here, like [a, b], and not %s", describe(n))
			return
		}
		for _, i := range n.items {
			item.check(r, i)
		}
	})
}

// mapOf is an object with any fields of a shape.
func mapOf(what string, value shape) shape { return object{what: what, others: value} }

// anything is whatever is written, and data whatever is written below names.
var (
	anything = checked(func(*reader, *node) {})
	data     = mapOf("an object", anything)
)

// a is a shape of one form, in words.
func a(what string, f form) shape {
	return checked(func(r *reader, n *node) {
		if n.form != f {
			r.say(n, "%s is expected here, and not %s%s", what, describe(n), orQuotes(n, f))
		}
	})
}

// orQuotes tells to quote what YAML takes for something else.
func orQuotes(n *node, wanted form) string {
	if wanted == isText && (n.form == isNumber || n.form == isBoolean) {
		return "; if it is meant as text, put it in quotes"
	}
	return ""
}

var (
	text    = a("a text", isText)
	truth   = a("true or false", isBoolean)
	integer = checked(func(r *reader, n *node) {
		if _, ok := n.scalar.(int); !ok {
			r.say(n, "a whole number is expected here, and not %s", describe(n))
		}
	})
	name = matching("a name", regexp.MustCompile(`\S`))
)

// expression is jq with or without "${ }" around it.
var expression = matching("an expression", regexp.MustCompile(`\S`))

// matching is text of a pattern.
func matching(what string, pattern *regexp.Regexp) shape {
	return checked(func(r *reader, n *node) {
		if n.form != isText {
			a(what, isText).check(r, n)
		} else if !pattern.MatchString(n.text()) {
			r.say(n, "%q is not %s", short(n.text()), what)
		}
	})
}

// among is text that is one of some words.
func among(words ...string) shape {
	return checked(func(r *reader, n *node) {
		if n.form != isText {
			a("one of "+nearest.Quoted(words), isText).check(r, n)
		} else if !slices.Contains(words, n.text()) {
			r.say(n, "%q is not known here; %s", short(n.text()), r.near(n.text(), words))
		}
	})
}

// textOr is one shape for texts and another for all else.
func textOr(of, other shape) shape {
	return checked(func(r *reader, n *node) {
		if n.form == isText {
			of.check(r, n)
		} else {
			other.check(r, n)
		}
	})
}

// isExpression says whether a text is an expression as a whole: "${ … }".
func isExpression(s string) bool {
	inner, ok := jq.Inner(s)
	return ok && inner != ""
}

// dynamic is "${ … }".
var dynamic = checked(func(r *reader, n *node) {
	if n.form != isText || !isExpression(n.text()) {
		r.say(n, "an expression like ${ .name } is expected here, and not %s", describe(n))
	}
})

// dynamicOr is "${ … }" or something else.
func dynamicOr(other shape) shape {
	return checked(func(r *reader, n *node) {
		if !isExpression(n.text()) {
			other.check(r, n)
		}
	})
}
