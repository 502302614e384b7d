// Package expr has the rules of a gate: expressions in CEL (https://cel.dev) that see one
// release at one environment's door and say yes or no. They read no clock, loop only over
// what they are given, and are stopped when they cost too much.
package expr

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/ext"
)

// Bounds of an expression. A rule as people write them costs about 10.
const (
	maxText = 2000    // bytes
	maxCost = 100_000 // steps of one evaluation: a few milliseconds
	maxNest = 2       // loops within loops
)

// Input is what an expression sees.
type Input struct {
	Release     Release
	Environment string
	Service     Service
	Expedite    bool
	Now         time.Time
	Extra       map[string]any // Flows and "evidence"; what is missing makes an expression that asks for it unknown
}

// Flows is the key in Input.Extra of the variable flows: what FlowsOf gives.
const Flows = "flows"

// Flow is an element of the variable flows: a flow that the service takes part in, as it
// stands in the environment.
type Flow struct {
	Name        string
	Criticality string
	Team        string // whose escalation path is gone
	Process     string
	State       string // "ok", "burning", "exhausted", "unknown", or "none" if it has no objective
	// Budget is the share of the error budget that is left, and Measured the share that was
	// good, both of the objective that stands worst. nil: nobody knows; a rule that asks for
	// it has no answer then.
	Budget, Measured *float64
}

// FlowsOf gives flows as expressions see them.
func FlowsOf(list []Flow) []any {
	out := make([]any, len(list))
	for i, f := range list {
		m := map[string]any{"name": f.Name, "criticality": f.Criticality, "team": f.Team, "process": f.Process, "state": f.State}
		if f.Budget != nil {
			m["budget"] = *f.Budget
		}
		if f.Measured != nil {
			m["measured"] = *f.Measured
		}
		out[i] = m
	}
	return out
}

// Release is the variable release.
type Release struct {
	ID          string    `cel:"id"`
	Commit      string    `cel:"commit"`
	Artifact    string    `cel:"artifact"`
	Order       int64     `cel:"order"` // a higher one is newer
	Migration   string    `cel:"migration"`
	CommittedAt time.Time `cel:"committedAt"`
}

// Service is the variable service.
type Service struct {
	Name   string            `cel:"name"`
	Team   string            `cel:"team"`
	Labels map[string]string `cel:"labels"`
}

// Expr is an expression that was checked. It may be used by several at once.
type Expr struct {
	program      cel.Program
	timed, flows bool
}

// Error says what is wrong with an expression, and where. Line begins at 1, Column, in
// characters, too.
type Error struct {
	Line, Column int
	Text         string
}

// Error gives "line 1, column 9: undefined field 'idd'".
func (e *Error) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Text)
}

// Check says what is wrong with an expression: an *Error, or nil.
func Check(text string) error {
	_, err := Compile(text)
	return err
}

// Compile reads and checks an expression. The error is an *Error.
func Compile(text string) (*Expr, error) {
	if len(text) > maxText {
		return nil, &Error{1, 1, fmt.Sprintf("the expression is longer than %d bytes", maxText)}
	}
	env, err := environment()
	if err != nil {
		return nil, fmt.Errorf("expr: set up CEL: %w", err)
	}
	tree, issues := env.Compile(text)
	if issues.Err() != nil {
		return nil, first(issues)
	}
	if out := tree.OutputType(); !out.IsExactType(cel.BoolType) && !out.IsExactType(cel.DynType) {
		return nil, &Error{1, 1, fmt.Sprintf("the expression gives %s, not true or false", out)}
	}
	program, err := env.Program(tree, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(maxCost))
	if err != nil {
		return nil, &Error{1, 1, err.Error()}
	}
	return &Expr{program: program, timed: uses(tree, "now"), flows: uses(tree, "flows")}, nil
}

func environment() (*cel.Env, error) {
	return cel.NewEnv(
		ext.NativeTypes(reflect.TypeFor[Release](), reflect.TypeFor[Service](), ext.ParseStructTags(true)),
		cel.Variable("release", cel.ObjectType("expr.Release")),
		cel.Variable("environment", cel.StringType),
		cel.Variable("service", cel.ObjectType("expr.Service")),
		cel.Variable("expedite", cel.BoolType),
		cel.Variable("now", cel.TimestampType),
		cel.Variable("flows", cel.DynType),
		cel.Variable("evidence", cel.DynType),
		cel.DefaultUTCTimeZone(true),
		cel.ExtendedValidations(),
		cel.ASTValidators(cel.ValidateComprehensionNestingLimit(maxNest), zones{}),
	)
}

// first gives the first of what CEL found wrong.
func first(issues *cel.Issues) *Error {
	e := issues.Errors()[0]
	return &Error{Line: max(1, e.Location.Line()), Column: max(0, e.Location.Column()) + 1, Text: e.Message}
}

// Timed says that the expression looks at the time, so that its value may change by itself.
func (e *Expr) Timed() bool { return e.timed }

// Flows says that the expression looks at flows, so that somebody must find them out.
func (e *Expr) Flows() bool { return e.flows }

// Eval gives the expression's value. The error tells a person why there is none.
func (e *Expr) Eval(in Input) (bool, error) {
	value, _, err := e.program.Eval((*variables)(&in))
	switch {
	case err != nil:
		return false, explain(err)
	case value.Type() != cel.BoolType:
		return false, fmt.Errorf("it gives %s, not true or false", value.Type().TypeName())
	}
	return value.Value() == true, nil
}

// explain says in our words what CEL says in its own.
func explain(err error) error {
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "no such attribute(s): "); ok {
		return fmt.Errorf("nothing is known yet of %s", name)
	}
	if strings.Contains(text, "actual cost limit exceeded") {
		return errors.New("it takes too long")
	}
	return errors.New(text)
}
