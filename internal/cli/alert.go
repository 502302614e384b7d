package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
)

func newAlert(s *session) *cobra.Command {
	return group(&cobra.Command{
		Use: "alert", Short: "See what is wrong with flows",
		Long: `An alert is raised when an error budget burns too fast. One that pages goes up the flow's
escalation path until somebody takes it on, by approving its task; it is over by itself when
the budget burns no more.`,
		Example: `  slipway alert list
  slipway approve alert.prod.purchase-ticket.3 -m "rolling back"`,
	}, alertList(s))
}

func alertList(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List alerts, those that are not over first",
		Long:    "List shows what is wrong with flows, since when, and who took it on; then what is over.",
		Example: `  slipway alert list -o json | jq '.[] | select(.status == "firing")'`,
		Args:    exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			list, err := c.Alerts(ctx)
			if err != nil {
				return err
			}
			return s.print(list, func(w io.Writer) {
				if len(list) == 0 {
					fmt.Fprintln(w, "Nothing is wrong, and nothing was lately.")
					return
				}
				t := s.table("FLOW", "ENV", "OBJECTIVE", "SEVERITY", "STATUS", "SINCE", "TASK", "TAKEN ON BY", "WHAT")
				for _, a := range list {
					t.colored(4, a.Flow, a.Environment, a.Objective, a.Severity, a.Status, s.ago(a.FiredAt), a.Task, cmp.Or(a.By, "-"), a.Title)
				}
				t.write(w)
			})
		}),
	}
}

// firing shows what is wrong, above all else.
func (s *session) firing(w io.Writer, list []model.Alert) {
	paint := s.paint(s.out)
	for _, a := range list {
		if !a.ResolvedAt.IsZero() || a.Severity != "page" {
			continue
		}
		who := "nobody has taken it on"
		if a.By != "" {
			who = a.By + " has taken it on"
		}
		fmt.Fprintf(w, "%s %s, fired %s; %s (%s)\n", paint("red", "ALERT"), clean(a.Title), s.ago(a.FiredAt), clean(who), clean(a.Task))
	}
}
