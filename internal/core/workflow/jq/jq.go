// Package jq evaluates the runtime expressions of workflows: jq, bounded in steps and memory,
// with no clock, no environment, no files and no modules. The same expression over the same
// values gives the same result and costs the same steps on every machine, so that a machine may evaluate it.
//
// Values are as encoding/json decodes them, but for numbers: int, float64 or *big.Int. They are shared and never changed.
package jq

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/itchyny/gojq"
)

// Vars are the variables of an expression, without "$".
type Vars map[string]any

// ErrFuel and ErrMemory say that an expression was stopped.
var (
	ErrFuel   = errors.New("the expression takes too many steps")
	ErrMemory = errors.New("the expression makes a value that is too big")
)

// Everywhere are the variables that every expression has.
var Everywhere = []string{"context", "input", "output", "secrets", "task", "workflow", "runtime", "authorization"}

// Expr is an expression that was compiled.
type Expr struct {
	source  string
	code    *gojq.Code
	names   []string // of the variables, in the order of code
	secrets []string
}

// Compile compiles an expression with or without "${ }" around it. scope has the names of
// the variables that there are at its place besides those that are everywhere (Everywhere).
// It refuses what does not parse, unknown functions and variables, with the nearest name, and
// what reads the world: input, env, $ENV, now, …
func Compile(source string, scope ...string) (*Expr, error) {
	if inner, ok := Inner(source); ok {
		source = inner
	}
	query, err := gojq.Parse(source)
	if err != nil {
		return nil, fmt.Errorf("the expression cannot be read: %w", err)
	}
	names := slices.Concat(Everywhere, scope)
	vars := make([]string, len(names))
	for i, name := range names {
		vars[i] = "$" + name
	}
	code, err := gojq.Compile(query, gojq.WithVariables(vars))
	if err != nil {
		return nil, err
	}
	return &Expr{source: strings.TrimSpace(source), code: code, names: names}, nil
}

// Inner gives what is between "${" and "}", if the whole of s is such an expression.
func Inner(s string) (string, bool) {
	t := strings.TrimSpace(s)
	if !strings.HasPrefix(t, "${") || !strings.HasSuffix(t, "}") {
		return "", false
	}
	return strings.TrimSpace(t[2 : len(t)-1]), true
}

// String gives the source, without "${ }".
func (e *Expr) String() string { return e.source }

// Secrets gives the names of the secrets that it uses, sorted.
func (e *Expr) Secrets() []string { return e.secrets }

// Eval gives the first result; of an expression without results, nil.
func (e *Expr) Eval(in any, vars Vars) (any, error) {
	values := make([]any, len(e.names))
	for i, name := range e.names {
		values[i] = vars[name]
	}
	v, ok := e.code.RunWithContext(&budget{steps: 10_000_000, price: 1}, in, values...).Next()
	if !ok {
		return nil, nil
	}
	if err, ok := v.(error); ok {
		return nil, err
	}
	return v, nil
}

// True evaluates a condition: everything but false and null is true.
func (e *Expr) True(in any, vars Vars) (bool, error) {
	v, err := e.Eval(in, vars)
	return err == nil && v != nil && v != false, err
}
