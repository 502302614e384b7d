package cli

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/simulate"
)

// tested is how a scenario went.
type tested struct {
	File     string   `json:"file"`
	Line     int      `json:"line"`
	Scenario string   `json:"scenario"`
	Passed   bool     `json:"passed"`
	Failures []string `json:"failures,omitempty"`
	Path     []string `json:"path"` // names of the tasks that began
}

func workflowTest(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "test FILE...", Short: "Run the scenarios that are written beside a workflow",
		Long: `Test runs the scenarios of restart.test.yaml, which is beside restart.yaml; or FILE is such a
file itself. A scenario has an input, stubs for calls and scripts, events, answers of people,
and what is expected: output, error, path. It runs in memory and in a time of its own: a
wait of an hour takes none, and nothing outside is touched.

  scenarios:
  - name: it restarts once somebody agrees
    input: {service: tickets}
    stubs: [{task: restart, output: {code: 0}}]
    answers: [{person: bob, decision: approve}]
    expect: {output: {code: 0}, path: [ask, restart]}`,
		Example: `  slipway workflow test restart.yaml
  slipway workflow test workflows/*.test.yaml -o json`,
		Args: atLeast("FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			results := []tested{}
			for _, name := range args {
				list, err := s.testFile(name)
				if err != nil {
					return err
				}
				results = append(results, list...)
			}
			return s.toldTests(results)
		},
	}
}

// testFile runs the scenarios of one file.
func (s *session) testFile(name string) ([]tested, error) {
	file := scenariosOf(name)
	raw, err := s.readFile(file)
	if err != nil {
		return nil, fault.New(fault.NotFound, "there are no scenarios for %s", name).Because(err).
			WithHint("write them into %s; see slipway workflow test --help", file)
	}
	suite, problems := simulate.ParseSuite(file, raw)
	if len(problems) > 0 {
		return nil, s.misfits(problems)
	}
	list := make([]tested, 0, len(suite.Scenarios))
	for i := range suite.Scenarios {
		one := &suite.Scenarios[i]
		def, err := s.beside(file, cmp.Or(one.Workflow, suite.Workflow))
		if err != nil {
			return nil, err
		}
		var runs []*workflow.Definition
		for _, w := range append(suite.Runs[:len(suite.Runs):len(suite.Runs)], one.Runs...) {
			run, err := s.beside(file, w)
			if err != nil {
				return nil, err
			}
			runs = append(runs, run)
		}
		r := one.Test(def, runs...)
		list = append(list, tested{File: file, Line: r.Line, Scenario: r.Name, Passed: len(r.Failures) == 0, Failures: r.Failures, Path: r.Outcome.Path})
	}
	return list, nil
}

// scenariosOf gives the file with the scenarios of a workflow's file, or of itself.
func scenariosOf(name string) string {
	extension := filepath.Ext(name)
	base := strings.TrimSuffix(name, extension)
	if strings.HasSuffix(base, ".test") {
		return name
	}
	return base + ".test" + extension
}

// beside gives a workflow that a file of scenarios names, or has in it.
func (s *session) beside(file string, v any) (*workflow.Definition, error) {
	if name, ok := v.(string); ok {
		return s.workflowFile(filepath.Join(filepath.Dir(file), name))
	}
	def, err := simulate.Definition(v)
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s has a workflow that cannot be read", file).Because(err)
	}
	return def, nil
}

// toldTests prints how scenarios went, and makes an error of those that failed.
func (s *session) toldTests(results []tested) error {
	failed := 0
	err := s.print(results, func(w io.Writer) {
		paint := s.paint(w)
		for _, r := range results {
			if r.Passed {
				fmt.Fprintf(w, "%s %s\n", paint("green", "ok  "), clean(r.Scenario))
				continue
			}
			fmt.Fprintf(w, "%s %s  %s\n", paint("red", "FAIL"), clean(r.Scenario), paint("dim", fmt.Sprintf("%s:%d", clean(r.File), r.Line)))
			for _, f := range r.Failures {
				fmt.Fprintf(w, "       %s\n", clean(f))
			}
		}
	})
	for _, r := range results {
		if !r.Passed {
			failed++
		}
	}
	if err != nil || failed == 0 {
		if err == nil && s.output == "table" {
			fmt.Fprintf(s.out, "%s passed\n", count(len(results), "scenario"))
		}
		return err
	}
	return badly("look at what was expected, and at what came", "%d of %s failed", failed, count(len(results), "scenario"))
}
