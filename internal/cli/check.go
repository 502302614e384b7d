package cli

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/catalog"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/manifest"
)

func newCheck(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "check [FILE...]", Short: "Check manifests, without a control plane",
		Long: `Check reads manifests and names all that is wrong with them, each with file, line and
column, and the nearest name for a misspelt one. It needs no control plane; what a
manifest refers to may be declared elsewhere. Then it names what is declared and does not
fit together: targets that cannot be met, flows that are not well designed. Those are
findings, and no errors.

The definitions of workflows that are beside their manifests, as in a repository, are checked, too.

FILE is a file, a directory, or "-" for standard input. Of a directory it takes
slipway.yaml and .slipway/*.yaml, or else all its YAML files. Without FILE it takes the
directory you stand in.`,
		Example: `  slipway check
  slipway check slipway.yaml platform/
  slipway check -o json | jq -r '.[].text'`,
		Args: exactly("[FILE...]"),
		RunE: func(_ *cobra.Command, args []string) error {
			files, err := manifestFiles(args)
			if err != nil {
				return err
			}
			// A large catalog is much that stays and little that goes: collecting more seldom saves time.
			defer debug.SetGCPercent(debug.SetGCPercent(400))
			resources, problems, err := s.look(files)
			if err != nil {
				return err
			}
			var found []model.Finding
			if len(problems) == 0 {
				problems, found = checked(resources)
				problems = append(problems, workflowsOf(resources)...)
			}
			if len(problems) > 0 {
				return s.misfits(problems)
			}
			return s.print(found, func(w io.Writer) {
				for _, f := range found {
					s.finding(w, f)
				}
				well := "all is well"
				if len(found) > 0 {
					well = "nothing is wrong, and " + count(len(found), "finding") + " to think about"
				}
				fmt.Fprintf(w, "%s in %s: %s\n", count(len(resources), "resource"), count(len(files), "file"), well)
			})
		},
	}
}

// look reads files, several at a time: what they declare, and what is wrong with it.
func (s *session) look(files []string) ([]manifest.Resource, manifest.Problems, error) {
	parsed := make([][]manifest.Resource, len(files))
	wrong := make([]manifest.Problems, len(files))
	var all errgroup.Group
	all.SetLimit(runtime.GOMAXPROCS(0))
	for i, name := range files {
		all.Go(func() error {
			f, err := s.readManifest(name)
			parsed[i], wrong[i] = manifest.Look(f.Name, f.Content)
			return err
		})
	}
	err := all.Wait()
	return slices.Concat(parsed...), slices.Concat(wrong...), err
}

// checked holds resources against one another: what is wrong, and what does not fit together.
func checked(resources []manifest.Resource) (problems manifest.Problems, found []model.Finding) {
	var both errgroup.Group
	both.Go(func() error { problems = manifest.Check(resources, nil, true); return nil })
	both.Go(func() error { found = findings(resources); return nil })
	_ = both.Wait() // none fails
	return problems, found
}

// findings gives what does not fit together, as far as these resources alone can tell. Who
// declares no flow is not bothered.
func findings(resources []manifest.Resource) []model.Finding {
	out := []model.Finding{}
	all := catalog.Of(resources)
	if !all.HasFlows() {
		return out
	}
	parts := make([][]catalog.Finding, 2*runtime.GOMAXPROCS(0))
	var each errgroup.Group
	each.SetLimit(runtime.GOMAXPROCS(0))
	for i := range parts {
		each.Go(func() error { parts[i] = all.FindingsIn(i, len(parts)); return nil })
	}
	_ = each.Wait() // none fails
	for _, f := range catalog.Ordered(parts...) {
		if f.Severity == catalog.Info || f.Code == catalog.Missing || f.Code == catalog.Nobody || f.Code == catalog.NoService || f.Code == catalog.Unmeasured {
			continue // perhaps it is declared elsewhere
		}
		out = append(out, model.Finding{Code: f.Code, Severity: string(f.Severity), Kind: f.Kind, Name: f.Name, Attribute: f.Attribute,
			Text: f.Text, Hint: f.Hint, File: f.At.File, Line: f.At.Line})
	}
	return out
}

// misfits prints problems of manifests that were read here, and gives an error.
func (s *session) misfits(problems manifest.Problems) error {
	out := make([]model.Problem, len(problems))
	for i, p := range problems {
		out[i] = model.Problem{File: p.File, Line: p.Line, Column: p.Column, Text: p.Text}
	}
	return s.problems(out, out)
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
