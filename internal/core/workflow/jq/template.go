package jq

import (
	"fmt"
	"maps"
	"slices"
)

// Template is a value of the definition in which strings may be expressions.
type Template struct {
	raw  any
	root node
}

// node is one of: constant, *Expr, attempt, items, members.
type node any

type (
	constant struct{ value any }
	attempt  struct{ expr *Expr } // loose: stands for itself if it cannot be evaluated
	items    []node
	members  []member // sorted by name
	member   struct {
		name  string
		value node
	}
)

// CompileTemplate compiles all expressions in v: strings that are "${ … }" as a whole. loose:
// any string that compiles; if its evaluation fails, it stands for itself. bare: v itself, if a string, is an expression also
// without "${ }" (as, from, when, in, if, while). The error names the place in v by its JSON Pointer.
func CompileTemplate(v any, loose, bare bool, variables ...string) (*Template, error) {
	if s, ok := v.(string); ok && bare {
		expr, err := Compile(s, variables...)
		if err != nil {
			return nil, err
		}
		return &Template{raw: v, root: expr}, nil
	}
	root, err := compileNode(v, "", loose, variables)
	if err != nil {
		return nil, err
	}
	return &Template{raw: v, root: root}, nil
}

func compileNode(v any, at string, loose bool, variables []string) (node, error) {
	switch v := v.(type) {
	case string:
		return compileString(v, at, loose, variables)
	case []any:
		nodes := make(items, len(v))
		for i, item := range v {
			n, err := compileNode(item, fmt.Sprintf("%s/%d", at, i), loose, variables)
			if err != nil {
				return nil, err
			}
			nodes[i] = n
		}
		return fold(v, nodes, nodes), nil
	case map[string]any:
		made := make(members, 0, len(v))
		nodes := make([]node, 0, len(v))
		for _, name := range slices.Sorted(maps.Keys(v)) {
			n, err := compileNode(v[name], at+"/"+name, loose, variables)
			if err != nil {
				return nil, err
			}
			made, nodes = append(made, member{name, n}), append(nodes, n)
		}
		return fold(v, made, nodes), nil
	}
	return constant{v}, nil
}

func compileString(s, at string, loose bool, variables []string) (node, error) {
	_, marked := Inner(s)
	if !marked && !loose {
		return constant{s}, nil
	}
	expr, err := Compile(s, variables...)
	switch {
	case err == nil && marked:
		return expr, nil
	case err == nil:
		return attempt{expr}, nil
	case !marked:
		return constant{s}, nil
	case at != "":
		return nil, fmt.Errorf("at %s: %w", at, err)
	}
	return nil, err
}

// fold gives v itself if all in it is constant, so that evaluations share it.
func fold(v any, made node, parts []node) node {
	for _, n := range parts {
		if _, ok := n.(constant); !ok {
			return made
		}
	}
	return constant{v}
}

// Raw gives the value as it is written.
func (t *Template) Raw() any { return t.raw }

// Constant says whether there is no expression in it.
func (t *Template) Constant() bool { _, ok := t.root.(constant); return ok }

// Eval gives the value with its expressions evaluated. Strings that expressions give are never
// evaluated again. All its expressions share the bounds of one.
func (t *Template) Eval(in any, vars Vars) (any, error) {
	b := &budget{left: Fuel}
	defer vars.meter(b)
	return eval(t.root, b, in, vars)
}

func eval(n node, b *budget, in any, vars Vars) (any, error) {
	switch n := n.(type) {
	case *Expr:
		return n.eval(b, in, vars)
	case attempt:
		v, err := n.expr.eval(b, in, vars)
		if err != nil && b.cause == nil {
			return n.expr.source, nil
		}
		return v, err
	case items:
		out := make([]any, len(n))
		for i, item := range n {
			v, err := eval(item, b, in, vars)
			if err != nil {
				return nil, err
			}
			out[i] = v
		}
		return out, nil
	case members:
		out := make(map[string]any, len(n))
		for _, m := range n {
			v, err := eval(m.value, b, in, vars)
			if err != nil {
				return nil, err
			}
			out[m.name] = v
		}
		return out, nil
	}
	return n.(constant).value, nil
}
