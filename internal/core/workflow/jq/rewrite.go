package jq

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/itchyny/gojq"

	"slipway.dev/internal/core/nearest"
)

// The rewriting: gojq's interpreter counts instructions, but one instruction may do any
// amount of work. So each operator and function that does more than a little is replaced by one of
// ours (natives.go), which is given the budget as the variable budgetName and pays before it works.
// Functions that jq itself writes in jq come from our prelude, for the same reason.

// rewriter goes through the tree of an expression.
type rewriter struct {
	defs    []*gojq.FuncDef // of the prelude, as far as they are needed, in order
	known   map[string]bool // what of the prelude and of natives is needed
	natives []string
	vars    []string // that are used, without "$"
	secrets []string
	makes   bool  // it may make values that are not in what it is given
	trusted bool  // goes through the prelude
	careful bool  // errors may be caught, so that they must be cheap
	defect  error // of the prelude: ours
	scopes  int
	deepest int         // of scopes
	within  *definition // whose body this is; nil in an argument
}

// scope is what names there are at a place: a list from the inside to the outside.
type scope struct {
	outer  *scope
	name   string // "$x" or "f/2"
	global bool   // a variable that the evaluation is given
	def    *definition
	inside bool // def's own body
}

func (s *scope) with(name string) *scope { return &scope{outer: s, name: name} }

func (s *scope) find(name string) *scope {
	for ; s != nil; s = s.outer {
		if s.name == name {
			return s
		}
	}
	return nil
}

// names gives all names, for the nearest.
func (s *scope) names() []string {
	var names []string
	for ; s != nil; s = s.outer {
		names = append(names, s.name)
	}
	return names
}

func (r *rewriter) query(q *gojq.Query, s *scope) (*gojq.Query, error) {
	if q.Meta != nil || len(q.Imports) > 0 {
		return nil, errors.New("there are no modules: an expression cannot include or import")
	}
	for _, def := range q.FuncDefs {
		var err error
		if s, err = r.define(def, s); err != nil {
			return nil, err
		}
	}
	body, err := r.body(q, s)
	if err != nil || len(q.FuncDefs) == 0 {
		return body, err
	}
	return &gojq.Query{FuncDefs: q.FuncDefs, Term: paren(body)}, nil
}

// define rewrites a definition in place, and gives the scope in which it is known.
func (r *rewriter) define(def *gojq.FuncDef, s *scope) (*scope, error) {
	if err := r.mayDefine(def.Name); err != nil {
		return nil, err
	}
	name := arity(def.Name, len(def.Args))
	d := &definition{tree: def}
	inner := &scope{outer: s, name: name, def: d, inside: true}
	for _, arg := range def.Args {
		if err := r.mayDefine(arg); err != nil {
			return nil, err
		}
		inner = inner.with(arity(strings.TrimPrefix(arg, "$"), 0))
		if strings.HasPrefix(arg, "$") {
			inner = inner.with(arg)
		}
	}
	body, err := r.closure(def.Body, inner, d)
	if err != nil {
		return nil, err
	}
	def.Body = body
	r.finish(d)
	return &scope{outer: s, name: name, def: d}, nil
}

// mayDefine refuses the names that are ours.
func (r *rewriter) mayDefine(name string) error {
	switch {
	case r.trusted:
		return nil
	case strings.HasPrefix(strings.TrimPrefix(name, "$"), "__"):
		return fmt.Errorf("%s cannot be defined: names that begin with two underscores are reserved", name)
	case name == "$secrets":
		return errors.New("$secrets cannot be defined again: it stands for the workflow's secrets")
	}
	return nil
}

// closure rewrites what gojq compiles to a function of its own: an argument, or the body of a definition.
func (r *rewriter) closure(q *gojq.Query, s *scope, of *definition) (*gojq.Query, error) {
	if r.scopes++; r.scopes > maxScopes {
		return nil, errors.New("the expression is nested too deeply")
	}
	r.deepest = max(r.deepest, r.scopes)
	around := r.within
	r.within = of
	defer func() { r.within = around; r.scopes-- }()
	return r.query(q, s)
}

// body rewrites a query but for its definitions.
func (r *rewriter) body(q *gojq.Query, s *scope) (*gojq.Query, error) {
	if q.Term != nil {
		return r.term(q.Term, s)
	}
	switch q.Op {
	case gojq.OpPipe, gojq.OpComma, gojq.OpAlt, gojq.OpAnd, gojq.OpOr:
		return r.plain(q, s)
	case gojq.OpAssign, gojq.OpModify, gojq.OpUpdateAdd, gojq.OpUpdateSub, gojq.OpUpdateMul,
		gojq.OpUpdateDiv, gojq.OpUpdateMod, gojq.OpUpdateAlt:
		return r.update(q, s)
	}
	name, ok := operators[q.Op]
	if !ok {
		return nil, errors.New("there is nothing in the expression (try \".\")")
	}
	left, err := r.closure(q.Left, s, nil)
	if err != nil {
		return nil, err
	}
	right, err := r.closure(q.Right, s, nil)
	if err != nil {
		return nil, err
	}
	return r.native(name, left, right), nil
}

// operators are the functions behind operators.
var operators = map[gojq.Operator]string{
	gojq.OpAdd: "__add", gojq.OpSub: "__subtract", gojq.OpMul: "__multiply", gojq.OpDiv: "__divide", gojq.OpMod: "__modulo",
	gojq.OpEq: "__equal", gojq.OpNe: "__notequal", gojq.OpGt: "__greater", gojq.OpLt: "__less", gojq.OpGe: "__greatereq", gojq.OpLe: "__lesseq",
}

// plain rewrites operators that only steer.
func (r *rewriter) plain(q *gojq.Query, s *scope) (*gojq.Query, error) {
	left, err := r.query(q.Left, s)
	if err != nil {
		return nil, err
	}
	if s, err = r.patterns(q.Patterns, s); err != nil {
		return nil, err
	}
	right, err := r.query(q.Right, s)
	if err != nil {
		return nil, err
	}
	return &gojq.Query{Left: left, Op: q.Op, Patterns: q.Patterns, Right: right}, nil
}

// updates are the operators behind updates.
var updates = map[gojq.Operator]gojq.Operator{
	gojq.OpUpdateAdd: gojq.OpAdd, gojq.OpUpdateSub: gojq.OpSub, gojq.OpUpdateMul: gojq.OpMul,
	gojq.OpUpdateDiv: gojq.OpDiv, gojq.OpUpdateMod: gojq.OpMod, gojq.OpUpdateAlt: gojq.OpAlt,
}

// update rewrites assignments: l op= r is "r as $x | l |= (. op $x)".
func (r *rewriter) update(q *gojq.Query, s *scope) (*gojq.Query, error) {
	left, err := r.closure(q.Left, s, nil)
	if err != nil {
		return nil, err
	}
	right, err := r.closure(q.Right, s, nil)
	if err != nil {
		return nil, err
	}
	switch q.Op {
	case gojq.OpAssign:
		return r.ours("__assign", left, right), nil
	case gojq.OpModify:
		return r.ours("__modify", left, right), nil
	}
	const name = "$__x"
	change := &gojq.Query{Left: identity(), Op: gojq.OpAlt, Right: call(name)}
	if op := updates[q.Op]; op != gojq.OpAlt {
		change = r.native(operators[op], identity(), call(name))
	}
	return bind(right, name, r.ours("__modify", left, change)), nil
}

// patterns rewrites what destructures, in place, and gives the scope behind it.
func (r *rewriter) patterns(patterns []*gojq.Pattern, s *scope) (*scope, error) {
	if len(patterns) > maxPatterns {
		return nil, fmt.Errorf("there are more than %d patterns side by side in the expression", maxPatterns)
	}
	for _, p := range patterns {
		var err error
		if s, err = r.pattern(p, s); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (r *rewriter) pattern(p *gojq.Pattern, s *scope) (*scope, error) {
	if p.Name != "" {
		return s.with(p.Name), r.mayDefine(p.Name)
	}
	for _, item := range p.Array {
		var err error
		if s, err = r.pattern(item, s); err != nil {
			return nil, err
		}
	}
	for _, kv := range p.Object {
		if strings.HasPrefix(kv.Key, "$") {
			if err := r.mayDefine(kv.Key); err != nil {
				return nil, err
			}
			s = s.with(kv.Key)
		}
		if err := r.patternKey(kv, s); err != nil {
			return nil, err
		}
		if kv.Val != nil {
			var err error
			if s, err = r.pattern(kv.Val, s); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

func (r *rewriter) patternKey(kv *gojq.PatternObject, s *scope) error {
	key := kv.KeyQuery
	if kv.KeyString != nil && kv.KeyString.Queries != nil {
		key, kv.KeyString = &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeString, Str: kv.KeyString}}, nil
	}
	if key == nil {
		return nil
	}
	q, err := r.query(key, s)
	kv.KeyQuery = pipe(q, r.native("__key"))
	return err
}

// unknown says that there is no such function or variable.
func (r *rewriter) unknown(name string, args int, s *scope) error {
	known := slices.Concat(s.names(), builtins())
	if strings.HasPrefix(name, "$") {
		return fmt.Errorf("there is no variable %s%s", name, hint(name, filter(known, true)))
	}
	same := func(k string) bool { return strings.HasPrefix(k, name+"/") }
	if i := slices.IndexFunc(known, same); i >= 0 {
		return fmt.Errorf("%s does not take %d arguments: there is %s", name, args, known[i])
	}
	return fmt.Errorf("there is no function %s%s", arity(name, args), hint(name, filter(known, false)))
}

// filter gives the names of variables, or of functions without their number of arguments.
func filter(names []string, vars bool) []string {
	var found []string
	for _, name := range names {
		if strings.HasPrefix(name, "$") == vars && !strings.Contains(name, "__") {
			name, _, _ = strings.Cut(name, "/")
			found = append(found, name)
		}
	}
	return found
}

func hint(name string, known []string) string {
	if near := nearest.Word(name, known); near != "" {
		return ": did you mean " + near + "?"
	}
	return ""
}
