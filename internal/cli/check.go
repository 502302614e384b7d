package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/manifest"
)

func newCheck(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "check [FILE...]", Short: "Check manifests, without a control plane",
		Long: `Check reads manifests and names all that is wrong with them, each with file, line and
column, and the nearest name for a misspelt one. It needs no control plane; what a
manifest refers to may be declared elsewhere.

FILE is a file, a directory, or "-" for standard input. Of a directory it takes
slipway.yaml and .slipway/*.yaml, or else all its YAML files. Without FILE it takes the
directory you stand in.`,
		Example: `  slipway check
  slipway check slipway.yaml platform/
  slipway check -o json | jq -r '.[].text'`,
		Args: exactly("[FILE...]"),
		RunE: func(_ *cobra.Command, args []string) error {
			files, err := s.readManifests(args)
			if err != nil {
				return err
			}
			resources, problems := checked(files)
			if len(problems) > 0 {
				return s.problems(problems, problems)
			}
			return s.print(problems, func(w io.Writer) {
				fmt.Fprintf(w, "%s in %s: all is well\n", count(len(resources), "resource"), count(len(files), "file"))
			})
		},
	}
}

// checked parses files and holds them against one another.
func checked(files []model.File) ([]manifest.Resource, []model.Problem) {
	var found []manifest.Resource
	var problems manifest.Problems
	for _, f := range files {
		r, p := manifest.Parse(f.Name, []byte(f.Content))
		found, problems = append(found, r...), append(problems, p...)
	}
	if len(problems) == 0 {
		problems = manifest.Check(found, nil, true)
	}
	out := []model.Problem{}
	for _, p := range problems {
		out = append(out, model.Problem{File: p.File, Line: p.Line, Column: p.Column, Text: p.Text})
	}
	return found, out
}

// problems prints problems as compilers do, or with v as a whole, and gives an error.
func (s *session) problems(v any, problems []model.Problem) error {
	err := s.print(v, func(io.Writer) {
		paint := s.paint(s.err)
		for _, p := range problems {
			fmt.Fprintf(s.err, "%s %s\n", paint("bold", clean(place(p))), clean(p.Text))
		}
	})
	if err != nil {
		return err
	}
	return fault.New(fault.Invalid, "%s", count(len(problems), "problem")).WithHint("an editor finds them while you type, with what `slipway schema` prints")
}

func place(p model.Problem) string {
	switch {
	case p.File == "":
		return ""
	case p.Line == 0:
		return p.File + ":"
	}
	return fmt.Sprintf("%s:%d:%d:", p.File, p.Line, p.Column)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
