package jq

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/itchyny/gojq"
)

// Vars are the variables of an expression, without "$". Vars["__now"] is what now gives: seconds since
// 1970 as a float64. Vars["secrets"] is a Lookup or a map from "NAME" or "NAME.KEY".
type Vars map[string]any

// ErrFuel and ErrMemory say that an expression was stopped.
var (
	ErrFuel   = errors.New("the expression takes too many steps: give it less data, or do it in a script")
	ErrMemory = errors.New("the expression makes a value that is too big: give it less data, or do it in a script")
)

// Everywhere are the variables that every expression has.
var Everywhere = []string{"context", "input", "output", "secrets", "task", "workflow", "runtime", "authorization"}

// Expr is an expression that was compiled. It may be used by many at the same time.
type Expr struct {
	source  string
	chain   *chain // if it is no more than that
	code    *gojq.Code
	vars    []string // that it uses, in the order of code
	secrets []string
	scopes  int  // that are around its places, at most
	makes   bool // it may make values, and not only find them
}

// Compile compiles an expression with or without "${ }" around it. variables has the names of
// those that there are at its place besides those that are everywhere (Everywhere).
// It refuses what does not parse, unknown functions and variables, with the nearest name, and
// what reads the world: input, env, $ENV, …
func Compile(source string, variables ...string) (*Expr, error) {
	if inner, ok := Inner(source); ok {
		source = inner
	}
	if source = strings.TrimSpace(source); len(source) > MaxSource {
		return nil, fmt.Errorf("the expression is longer than %d bytes: do it in a script", MaxSource)
	}
	query, err := parse(source)
	if err != nil {
		return nil, err
	}
	var names *scope
	for _, name := range slices.Concat(Everywhere, variables) {
		names = &scope{outer: names, name: "$" + name, global: true}
	}
	r := &rewriter{known: map[string]bool{}, careful: strings.Contains(source, "?") || strings.Contains(source, "try")}
	simple := chainOf(query)
	body, err := r.query(query, names)
	if err != nil {
		return nil, err
	}
	code, err := r.compile(body)
	if err != nil {
		return nil, err
	}
	slices.Sort(r.secrets)
	return &Expr{source, simple, code, r.vars, r.secrets, r.deepest, r.makes}, nil
}

func parse(source string) (*gojq.Query, error) {
	query, err := gojq.Parse(source)
	var where *gojq.ParseError
	switch {
	case errors.As(err, &where) && where.Token != "":
		return nil, fmt.Errorf("the expression cannot be read at %q (byte %d)", where.Token, where.Offset)
	case err != nil:
		return nil, errors.New("the expression cannot be read: it ends too early")
	}
	return query, nil
}

// compile has gojq compile what was rewritten, with all that it needs.
func (r *rewriter) compile(body *gojq.Query) (*gojq.Code, error) {
	if r.defect != nil {
		return nil, r.defect
	}
	names := []string{budgetName}
	for _, name := range r.vars {
		names = append(names, "$"+name)
	}
	options := []gojq.CompilerOption{gojq.WithVariables(names)}
	for _, full := range r.natives {
		name, args := splitArity(full)
		run, err := natives[full].compile(args)
		if err != nil {
			return nil, fmt.Errorf("the function %s: %w", full, err)
		}
		least := args
		if full == textName {
			least, args = 0, maxParts
		}
		options = append(options, gojq.WithFunction(custom(name), least+1, args+1, run))
	}
	code, err := gojq.Compile(&gojq.Query{FuncDefs: r.defs, Term: paren(body)}, options...)
	if err != nil {
		return nil, fmt.Errorf("the expression cannot be compiled: %w", err)
	}
	return code, nil
}

// String gives the source, without "${ }".
func (e *Expr) String() string { return e.source }

// Secrets gives the names of the secrets that it uses, sorted.
func (e *Expr) Secrets() []string { return e.secrets }

// Eval gives the first result; of an expression without results, nil.
func (e *Expr) Eval(in any, vars Vars) (any, error) {
	b := &budget{left: Fuel}
	defer vars.meter(b)
	return e.eval(b, in, vars)
}

// Meter counts what evaluations use together, for who bounds many of them. It is given as the
// variable "__meter".
type Meter struct{ Steps int }

const meterName = "__meter"

// meter notes what an evaluation has used.
func (v Vars) meter(b *budget) {
	if m, ok := v[meterName].(*Meter); ok {
		m.Steps += Fuel - b.left
	}
}

func (e *Expr) eval(b *budget, in any, vars Vars) (result any, err error) {
	defer func() {
		if defect := recover(); defect != nil { // of the interpreter: it must not end whoever evaluates
			result, err = nil, fmt.Errorf("the expression cannot be evaluated: %v", defect)
		}
	}()
	if e.chain != nil {
		if v, ok := e.chain.follow(b, in, vars); ok {
			return v, nil
		}
	}
	var space [8]any
	b.scopes, b.price = e.scopes, 1+e.scopes/scopesPerStep
	values := append(space[:0], &frame{budget: b})
	for _, name := range e.vars {
		v, ok := vars[name]
		if !ok && name == nowName {
			return nil, errors.New("now: there is no time at this place")
		}
		values = append(values, v)
	}
	v, ok := e.code.RunWithContext(b, in, values...).Next()
	if !ok {
		return nil, nil
	}
	if err, failed := v.(error); failed {
		return nil, b.explain(err)
	}
	if e.makes {
		if err := b.check(v); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// check says whether a result may leave: parts that are in it many times are in it once only
// until it is written.
func (b *budget) check(v any) error {
	switch v.(type) {
	case []any, map[string]any:
		size, ok := b.deep(v)
		if !ok {
			return b.cause
		}
		if size > MaxValue {
			return ErrMemory
		}
	}
	return nil
}

// explain makes the text of an error, which an expression may have made itself.
func (b *budget) explain(err error) error {
	if b.cause != nil {
		return b.cause
	}
	var raised gojq.ValueError
	if !errors.As(err, &raised) {
		return errors.New(err.Error())
	}
	text, ok := raised.Value().(string)
	if !ok {
		text = "error: " + gojq.Preview(raised.Value())
	}
	if len(text) > maxError {
		text = strings.ToValidUTF8(text[:maxError], "") + "…"
	}
	return errors.New(text)
}

// True evaluates a condition: everything but false and null is true.
func (e *Expr) True(in any, vars Vars) (bool, error) {
	v, err := e.Eval(in, vars)
	return err == nil && v != nil && v != false, err
}
