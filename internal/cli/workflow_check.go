package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/workflow"
)

func workflowCheck(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "check FILE...", Short: "Check workflows",
		Long: `Check reads workflows, YAML or JSON, and names all that is wrong with them, each with file,
line and column: what the language does not allow, expressions that do not compile, targets
and functions that are not there. What can be read but would be refused when it runs (a
transport that is not supported) is told, too; that is no error. It needs no control plane.`,
		Example: `  slipway workflow check restart.yaml
  slipway workflow check workflows/*.yaml`,
		Args: atLeast("FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			var wrong, refused manifest.Problems
			for _, name := range args {
				raw, err := s.readFile(name)
				if err != nil {
					return err
				}
				d, problems := workflow.Parse(name, raw)
				wrong = append(wrong, problems...)
				if d != nil {
					refused = append(refused, d.Refusals()...)
				}
			}
			if len(wrong) > 0 {
				return s.misfits(wrong)
			}
			told := make([]model.Problem, len(refused))
			for i, p := range refused {
				told[i] = model.Problem{File: p.File, Line: p.Line, Column: p.Column, Text: p.Text}
			}
			return s.print(told, func(w io.Writer) {
				paint := s.paint(w)
				for _, p := range told {
					fmt.Fprintf(w, "%s %s\n", paint("bold", clean(place(p))), clean(p.Text))
				}
				well := "all is well"
				if len(told) > 0 {
					well = "well written, but " + count(len(told), "task") + " would be refused when it runs"
				}
				fmt.Fprintf(w, "%s: %s\n", count(len(args), "workflow"), well)
			})
		},
	}
}

// atLeast wants one argument or more.
func atLeast(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return fault.New(fault.Invalid, "%s is missing", name).WithHint("see `%s --help`", cmd.CommandPath())
		}
		return nil
	}
}

// workflowFile reads a workflow that must be all right.
func (s *session) workflowFile(name string) (*workflow.Definition, error) {
	raw, err := s.readFile(name)
	if err != nil {
		return nil, err
	}
	d, problems := workflow.Parse(name, raw)
	if len(problems) > 0 {
		return nil, s.misfits(problems)
	}
	return d, nil
}

func workflowFunctions(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "functions [NAME]", Short: "List Slipway's own functions",
		Long: `Functions lists what a workflow may call of Slipway's own: approvals and forms, deployments,
gates, figures, jobs. With NAME it shows what the function is called with, what it gives, and
an example. A function has the rights of its run, and no gate lets it past.`,
		Example: `  slipway workflow functions
  slipway workflow functions approval`,
		Args: exactly("[NAME]"),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return s.print(workflow.Functions, func(w io.Writer) {
					t := s.table("FUNCTION", "DOES")
					for _, f := range workflow.Functions {
						t.row(f.Name, f.Summary)
					}
					t.write(w)
				})
			}
			f := workflow.FunctionNamed(args[0])
			if f == nil {
				return fault.New(fault.NotFound, "there is no function %q", args[0]).WithHint("there are: %s", strings.Join(workflow.FunctionNames(), ", "))
			}
			return s.print(f, func(w io.Writer) {
				paint := s.paint(w)
				fmt.Fprintf(w, "%s  %s\n\n%s\n\n", paint("bold", f.Name), f.Summary, strings.TrimSpace(f.Example))
				s.fields(w, "is called with", f.With)
				s.fields(w, "gives", f.Output)
			})
		},
	}
}

// fields prints the fields of a function's schema.
func (s *session) fields(w io.Writer, title string, schema json.RawMessage) {
	var doc struct {
		Properties map[string]struct {
			Type        any    `json:"type"`
			Description string `json:"description"`
			Enum        []any  `json:"enum"`
		} `json:"properties"`
		Required []string `json:"required"`
	}
	if json.Unmarshal(schema, &doc) != nil || len(doc.Properties) == 0 {
		return
	}
	fmt.Fprintln(w, title)
	t := s.table("  FIELD", "TYPE", "IS")
	for _, name := range slices.Sorted(maps.Keys(doc.Properties)) {
		p := doc.Properties[name]
		kind := fmt.Sprint(p.Type)
		if p.Type == nil {
			kind = "any"
		}
		if len(p.Enum) > 0 {
			kind = strings.Trim(fmt.Sprint(p.Enum), "[]")
		}
		text := p.Description
		for _, needed := range doc.Required {
			if needed == name {
				text = strings.TrimSpace(text + " (needed)")
			}
		}
		t.row("  "+name, kind, text)
	}
	t.write(w)
}
