package jq

import (
	"strconv"
	"strings"

	"github.com/itchyny/gojq"
)

// Parts of trees.

func call(name string, args ...*gojq.Query) *gojq.Query {
	return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeFunc, Func: &gojq.Func{Name: name, Args: args}}}
}

func identity() *gojq.Query { return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeIdentity}} }

func text(s string) *gojq.Query {
	return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeString, Str: &gojq.String{Str: s}}}
}

func paren(q *gojq.Query) *gojq.Term { return &gojq.Term{Type: gojq.TermTypeQuery, Query: q} }

// pipe is "(left) | (right)": the parentheses keep definitions and variables where they belong.
func pipe(left, right *gojq.Query) *gojq.Query {
	return &gojq.Query{Left: enclose(left), Op: gojq.OpPipe, Right: enclose(right)}
}

// bind is "(value) as $name | body".
func bind(value *gojq.Query, name string, body *gojq.Query) *gojq.Query {
	return &gojq.Query{Left: enclose(value), Op: gojq.OpPipe, Patterns: []*gojq.Pattern{{Name: name}}, Right: enclose(body)}
}

func enclose(q *gojq.Query) *gojq.Query {
	if q == nil || q.Term != nil && len(q.FuncDefs) == 0 {
		return q
	}
	return &gojq.Query{Term: paren(q)}
}

// arity names a function as jq does: name/2.
func arity(name string, args int) string { return name + "/" + strconv.Itoa(args) }

// splitArity is the other way round.
func splitArity(full string) (name string, args int) {
	name, n, _ := strings.Cut(full, "/")
	args, _ = strconv.Atoi(n)
	return name, args
}
