package manifest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"slipway.dev/internal/core/fault"
)

// Position is a place in a file. Line and column begin at 1; the column counts characters.
type Position struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// String gives "file:line:column".
func (p Position) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }

// Problem is one thing that is wrong in a manifest.
type Problem struct {
	Position
	Path string `json:"path,omitempty"` // of the field: "spec.run.replicas"
	Text string `json:"text"`           // what is wrong and what to write instead
}

// String gives the problem as compilers do.
func (p Problem) String() string { return p.Position.String() + ": " + p.Text }

// Problems is all that is wrong. It is an error; of none, use Err.
type Problems []Problem

// Error gives one problem a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Err gives the problems as a fault, or nil if there are none.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	what := "a mistake"
	if len(ps) > 1 {
		what = fmt.Sprintf("%d mistakes", len(ps))
	}
	return fault.New(fault.Invalid, "%s in the manifests", what).Because(ps)
}

// ProblemsOf gives the problems in an error's chain, if there are any.
func ProblemsOf(err error) Problems {
	var ps Problems
	errors.As(err, &ps)
	return ps
}

func (ps Problems) sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
}
