package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"slipway.dev/client/model"
)

func newDiff(s *session) *cobra.Command {
	r := model.ApplyRequest{DryRun: true}
	cmd := &cobra.Command{
		Use: "diff [FILE...]", Short: "Say what applying manifests would change",
		Long: `Diff asks the control plane what "slipway apply" would change, resource by resource and
field by field, and changes nothing. FILE is as for "slipway check".`,
		Example: `  slipway diff
  slipway diff platform/ --source platform --prune
  slipway diff -o json | jq '.changes[] | select(.action != "unchanged")'`,
		Args: exactly("[FILE...]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if r.Files, err = s.readManifests(args); err != nil {
				return err
			}
			c, err := s.connect()
			if err != nil {
				return err
			}
			result, err := c.Apply(cmd.Context(), r)
			if err != nil {
				return err
			}
			return s.changes(result)
		},
	}
	sourceFlags(cmd, &r)
	return cmd
}

// sourceFlags say for which source manifests are.
func sourceFlags(cmd *cobra.Command, r *model.ApplyRequest) {
	cmd.Flags().StringVar(&r.Source, "source", "local", "name of the source that the manifests are of")
	cmd.Flags().BoolVar(&r.Prune, "prune", false, "delete what the source declared before and these files do not")
}

// changes prints what was, or would be, changed; or the problems that stood against it.
func (s *session) changes(result model.ApplyResult) error {
	if len(result.Problems) > 0 {
		return s.problems(result, result.Problems)
	}
	return s.print(result, func(w io.Writer) { s.list(w, result.Changes) })
}

func (s *session) list(w io.Writer, changes []model.Change) {
	paint := s.paint(w)
	for _, c := range changes {
		fmt.Fprintf(w, "%s  %s %s%s\n", paint(statusColor(c.Action), fmt.Sprintf("%-9s", clean(c.Action))), clean(c.Kind), clean(c.Name), reason(c.Reason))
		for _, f := range c.Fields {
			fmt.Fprintf(w, "           %s: %s → %s\n", clean(f.Path), paint("red", value(f.Old)), paint("green", value(f.New)))
		}
	}
	if changed(changes) == 0 {
		fmt.Fprintln(w, "Nothing to change.")
	}
}

func changed(changes []model.Change) int {
	n := 0
	for _, c := range changes {
		if c.Action != "unchanged" {
			n++
		}
	}
	return n
}

func reason(text string) string {
	if text == "" {
		return ""
	}
	return ": " + clean(text)
}

func value(text string) string {
	if text == "" {
		return "(none)"
	}
	return cut(clean(text), 60)
}
