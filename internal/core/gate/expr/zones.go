package expr

import (
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
)

// zones refuses time zones that are not known, in calls like now.getHours('Europe/Berlin').
type zones struct{}

// Name implements cel.ASTValidator.
func (zones) Name() string { return "slipway.zones" }

// Validate implements cel.ASTValidator.
func (zones) Validate(_ *cel.Env, _ cel.ValidatorConfig, tree *ast.AST, issues *cel.Issues) {
	of := func(e ast.NavigableExpr) bool { return e.Kind() == ast.CallKind && e.AsCall().IsMemberFunction() }
	for _, e := range ast.MatchDescendants(ast.NavigateAST(tree), of) {
		call := e.AsCall()
		if len(call.Args()) != 1 || tree.GetType(call.Target().ID()) != types.TimestampType || call.Args()[0].Kind() != ast.LiteralKind {
			continue
		}
		name, ok := call.Args()[0].AsLiteral().Value().(string)
		if _, err := time.LoadLocation(name); ok && err != nil && !offset(name) {
			issues.ReportErrorAtID(call.Args()[0].ID(), "no time zone %q is known", name)
		}
	}
}

// offset says whether a zone is written as hours and minutes, like "+01:00".
func offset(name string) bool {
	_, err := time.Parse("-07:00", name)
	if err != nil {
		_, err = time.Parse("07:00", name)
	}
	return err == nil
}
