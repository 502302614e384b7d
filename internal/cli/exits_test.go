package cli

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"slipway.dev/internal/core/fault"
)

// TestEveryFaultHasAnExitCode reads the codes from where they are declared, so that a new
// one cannot be forgotten.
func TestEveryFaultHasAnExitCode(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "../core/fault/fault.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		literal, ok := spec.Values[0].(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		seen++
		text, _ := strconv.Unquote(literal.Value)
		exit, ok := exits[fault.Code(text)]
		if !ok || !strings.Contains(exitCodesHelp, "\n  "+strconv.Itoa(exit)+"  ") {
			t.Errorf("%s has no exit code, or one that the help does not tell of", text)
		}
		return true
	})
	if seen != len(exits) {
		t.Errorf("%d codes, and %d exit codes", seen, len(exits))
	}
}
