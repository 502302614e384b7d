// Package jq evaluates the runtime expressions of workflows: jq, bounded in steps and memory,
// with no clock, no environment, no files and no modules. The same expression over the same
// values gives the same result and costs the same steps on every machine, so that a machine may evaluate it.
//
// Values are as encoding/json decodes them, but for numbers: int, float64 or *big.Int. They are shared and never changed.
package jq

import "errors"

// Vars are the variables of an expression, without "$".
type Vars map[string]any

// ErrFuel and ErrMemory say that an expression was stopped.
var (
	ErrFuel   = errors.New("the expression takes too many steps")
	ErrMemory = errors.New("the expression makes a value that is too big")
)

// Expr is an expression that was compiled.
type Expr struct{ source string }

// Compile compiles an expression with or without "${ }" around it. scope has the names of
// the variables that there are at its place besides those that are everywhere (Everywhere).
// It refuses what does not parse, unknown functions and variables, with the nearest name, and
// what reads the world: input, env, $ENV, now, …
func Compile(source string, scope ...string) (*Expr, error) {
	return nil, errors.New("expressions cannot be compiled yet")
}

// Everywhere are the variables that every expression has.
var Everywhere = []string{"context", "input", "output", "secrets", "task", "workflow", "runtime", "authorization"}

// String gives the source, without "${ }".
func (e *Expr) String() string { return e.source }

// Eval gives the first result; of an expression without results, nil.
func (e *Expr) Eval(in any, vars Vars) (any, error) {
	return nil, errors.New("expressions cannot be evaluated yet")
}

// True evaluates a condition: everything but false and null is true.
func (e *Expr) True(in any, vars Vars) (bool, error) {
	v, err := e.Eval(in, vars)
	return err == nil && v != nil && v != false, err
}

// Template is a value of the definition in which strings may be expressions.
type Template struct{ raw any }

// CompileTemplate compiles all expressions in v: strings that are "${ … }" as a whole. loose:
// any string that compiles; if its evaluation fails, it stands for itself. bare: v itself, if a string, is an expression also
// without "${ }" (as, from, when, in, if, while).
func CompileTemplate(v any, loose, bare bool, scope ...string) (*Template, error) {
	return nil, errors.New("expressions cannot be compiled yet")
}

// Raw gives the value as it is written.
func (t *Template) Raw() any { return t.raw }

// Constant says whether there is no expression in it.
func (t *Template) Constant() bool { return false }

// Eval gives the value with its expressions evaluated. Strings that expressions give are never
// evaluated again.
func (t *Template) Eval(in any, vars Vars) (any, error) {
	return nil, errors.New("expressions cannot be evaluated yet")
}
