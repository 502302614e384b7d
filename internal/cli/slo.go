package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
)

func newSLO(s *session) *cobra.Command {
	return group(&cobra.Command{
		Use: "slo", Short: "See what flows must reach, and what is left of their error budgets",
		Long: `A flow's reliability targets are its service level objectives. What may fail within their
window is the error budget. It burns when it is used up so fast that it will not last; then
people are told, and a gate that asks for budget keeps releases out.`,
		Example: `  slipway slo list
  slipway slo export prometheus > rules.yaml
  slipway import openslo openslo.yaml`,
	}, sloList(s), sloExport(s))
}

func sloList(s *session) *cobra.Command {
	var q model.ObjectivesQuery
	cmd := &cobra.Command{
		Use: "list", Short: "List the objectives and how they stand",
		Long: `List shows each objective: what was measured in its window, how much of its error budget
is left, and how fast that burns (1x uses it up exactly at the end of the window). What had
too little traffic, or is not measured, is unknown and not fine.`,
		Example: `  slipway slo list
  slipway slo list --environment prod
  slipway slo list --flow purchase-ticket -o json`,
		Args: exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			list, err := c.Objectives(ctx, q)
			if err != nil {
				return err
			}
			return s.print(list, func(w io.Writer) {
				if len(list) == 0 {
					fmt.Fprintln(w, "There is no objective. The reliability targets of a Flow are some.")
					return
				}
				s.objectives(w, list, true)
			})
		}),
	}
	cmd.Flags().StringVar(&q.Flow, "flow", "", "only of this flow")
	cmd.Flags().StringVar(&q.Environment, "environment", "", "only in this environment")
	s.completeFlag(cmd, "flow", 0, flowNames)
	return cmd
}

// objectives draws a table, with the flow where there is more than one.
func (s *session) objectives(w io.Writer, list []model.Objective, flow bool) {
	headings := []string{"ENV", "OBJECTIVE", "TARGET", "WINDOW", "MEASURED", "BUDGET LEFT", "BURN 1H", "STATE", ""}
	if flow {
		headings = append([]string{"FLOW"}, headings...)
	}
	t := s.table(headings...)
	for _, o := range list {
		cells := []string{o.Environment, o.Name, target(o), span(o.WindowHours), shareOf(o.Measured), shareOf(o.Budget), burning(o), o.State, o.Reason}
		if flow {
			cells = append([]string{o.Flow}, cells...)
		}
		t.colored(len(cells)-2, cells...)
	}
	t.write(w)
}

func target(o model.Objective) string {
	text := percent(o.Target)
	if o.BoundMillis > 0 {
		text += " in " + time.Duration(o.BoundMillis*float64(time.Millisecond)).String()
	}
	return text
}

func span(hours float64) string {
	if hours >= 48 {
		return fmt.Sprintf("%.4gd", hours/24)
	}
	return fmt.Sprintf("%.4gh", hours)
}

func shareOf(share *float64) string {
	if share == nil {
		return "-"
	}
	return percent(*share)
}

// burning is how fast a budget burns over the shortest pair of windows.
func burning(o model.Objective) string {
	if len(o.Burn) == 0 || o.Measured == nil {
		return "-"
	}
	return fmt.Sprintf("%.2fx", o.Burn[0].LongRate)
}

func sloExport(s *session) *cobra.Command {
	var q model.ExportQuery
	cmd := &cobra.Command{
		Use: "export openslo|prometheus|grafana", Short: "Write the objectives for another system",
		Long: `Export writes the objectives as OpenSLO v1 (of one environment), as recording and alerting
rules of Prometheus, or as a dashboard of Grafana. The queries are over the figures that the
control plane offers at /metrics. What the other system cannot say is in comments.`,
		Example: `  slipway slo export openslo --environment prod > objectives.yaml
  slipway slo export prometheus > rules.yaml && promtool check rules rules.yaml
  slipway slo export grafana > dashboard.json`,
		Args: exactly("openslo|prometheus|grafana"), ValidArgs: []string{"openslo", "prometheus", "grafana"},
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			q.Format = args[0]
			return c.Export(ctx, q, s.out)
		}),
	}
	cmd.Flags().StringVar(&q.Environment, "environment", "", "only of this environment; needed for openslo")
	return cmd
}
