package jq

import (
	"strings"

	"github.com/itchyny/gojq"
)

// chain is an expression that only looks up names, as most do: .user.name, $context.id. It needs no interpreter.
type chain struct {
	root  string // a variable; empty: the input
	names []string
}

// chainOf gives the chain that an expression is; nil: it is more than that.
func chainOf(q *gojq.Query) *chain {
	if q.Term == nil || len(q.FuncDefs) > 0 || len(q.Imports) > 0 || q.Meta != nil {
		return nil
	}
	c := &chain{}
	suffixes := q.Term.SuffixList
	switch q.Term.Type {
	case gojq.TermTypeIdentity:
	case gojq.TermTypeIndex:
		suffixes = append([]*gojq.Suffix{{Index: q.Term.Index}}, suffixes...)
	case gojq.TermTypeFunc:
		if c.root = strings.TrimPrefix(q.Term.Func.Name, "$"); c.root == q.Term.Func.Name || c.root == "secrets" {
			return nil
		}
	default:
		return nil
	}
	for _, suffix := range suffixes {
		if suffix.Index == nil {
			return nil
		}
		name, ok := constantName(suffix.Index)
		if !ok {
			return nil
		}
		c.names = append(c.names, name)
	}
	return c
}

// follow looks the names up. If that fails, the interpreter says why.
func (c *chain) follow(b *budget, v any, vars Vars) (any, bool) {
	if c.root != "" {
		v = vars[c.root]
	}
	for _, name := range c.names {
		m, ok := v.(map[string]any)
		if !ok && v != nil {
			return nil, false
		}
		v = m[name]
	}
	return v, b.pay(1 + len(c.names))
}
