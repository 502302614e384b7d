package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
)

func newGlass(s *session) *cobra.Command {
	return group(&cobra.Command{
		Use: "glass", Short: "Break the glass in an emergency, and see who did",
		Long: `In an emergency a gate may be broken, or the way into a critical system opened, by who
holds the right: for one of the reasons that the manifest lists, with a second person
unless that reason is exempt, for a bounded time. People are told at once, and somebody
else must review it; until then it cannot be done again.`,
		Example: `  slipway glass break tickets prod --criterion outage --reason "orders fail, fix is ready"
  slipway glass confirm tickets.prod.3
  slipway glass list`,
	}, glassBreak(s), glassConfirm(s), glassClose(s), glassList(s))
}

func glassBreak(s *session) *cobra.Command {
	var r model.GlassRequest
	cmd := &cobra.Command{
		Use: "break [SERVICE ENV]", Short: "Ask for an emergency way",
		Long: `Break asks to pass the gate of an environment, or with --system for access to a critical
system. The criterion is one of those that the manifest lists.`,
		Example: `  slipway glass break tickets prod --criterion outage --reason "orders fail, fix is ready"
  slipway glass break --system orders-db --criterion outage --reason "table is locked"`,
		Args: cobra.MaximumNArgs(2), ValidArgsFunction: s.complete(services, environments),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			if len(args) > 0 {
				r.Service = args[0]
			}
			if len(args) > 1 {
				r.Environment = args[1]
			}
			receipt, err := c.BreakGlass(ctx, r)
			if err != nil {
				return err
			}
			list, err := c.Glasses(ctx)
			if err != nil {
				return err
			}
			for _, g := range list {
				if g.Service == r.Service && g.System == r.System && (r.System != "" || g.Environment == r.Environment) {
					return s.print(g, func(w io.Writer) { tellGlass(w, g) })
				}
			}
			return s.print(receipt, func(w io.Writer) { fmt.Fprintln(w, "requested") })
		}),
	}
	cmd.Flags().StringVar(&r.System, "system", "", "critical system to get into")
	cmd.Flags().StringVar(&r.Criterion, "criterion", "", "one of the reasons that the manifest lists")
	cmd.Flags().StringVar(&r.Reason, "reason", "", "what happened, for those who are told and who review it")
	return cmd
}

func tellGlass(w io.Writer, g model.Glass) {
	switch g.Status {
	case "waiting":
		fmt.Fprintf(w, "%s waits for a second person: slipway glass confirm %s\n", clean(g.ID), clean(g.ID))
	case "open":
		fmt.Fprintf(w, "%s is open until %s. People were told. It must be reviewed by somebody else afterwards.\n", clean(g.ID), g.Until.Local().Format("15:04:05 MST"))
	default:
		fmt.Fprintf(w, "%s is %s\n", clean(g.ID), clean(g.Status))
	}
}

func glassConfirm(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "confirm GLASS", Short: "Consent as the second person",
		Long:    "Confirm opens a break-glass that waits for a second person. Nobody confirms their own.",
		Example: `  slipway glass confirm tickets.prod.3`,
		Args:    exactly("GLASS"),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			r, err := c.ConfirmGlass(ctx, args[0])
			if err != nil {
				return err
			}
			return s.print(r, func(w io.Writer) { fmt.Fprintf(w, "%s is open\n", clean(args[0])) })
		}),
	}
}

func glassClose(s *session) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "close GLASS", Short: "End a break-glass before its time",
		Long:    "Close ends a break-glass that waits or is open. If it was open it is reviewed now.",
		Example: `  slipway glass close tickets.prod.3 --reason "fixed"`,
		Args:    exactly("GLASS"),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			r, err := c.CloseGlass(ctx, args[0], reason)
			if err != nil {
				return err
			}
			return s.print(r, func(w io.Writer) { fmt.Fprintf(w, "%s is closed\n", clean(args[0])) })
		}),
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the record")
	return cmd
}

func glassList(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List broken glasses",
		Long:    "List shows the last break-glass of each service and system: first those that wait, are open, or must be reviewed.",
		Example: `  slipway glass list`,
		Args:    exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			list, err := c.Glasses(ctx)
			if err != nil {
				return err
			}
			return s.print(list, func(w io.Writer) {
				if len(list) == 0 {
					fmt.Fprintln(w, "No glass was ever broken.")
					return
				}
				t := s.table("GLASS", "STATUS", "BY", "CONFIRMED", "CRITERION", "USED BY", "REVIEW", "REASON")
				for _, g := range list {
					t.colored(1, g.ID, g.Status, g.By, orDash(g.Confirmed), g.Criterion, orDash(strings.Join(g.Used, " ")), s.review(g), g.Reason)
				}
				t.write(w)
			})
		}),
	}
}

// review tells how it stands with the review of a break-glass.
func (s *session) review(g model.Glass) string {
	switch {
	case g.Reviewer != "":
		return g.Finding + " by " + g.Reviewer
	case g.Overdue:
		return "overdue: " + g.Task
	case g.Status == "review":
		return "until " + g.ReviewBy.Local().Format("2 Jan 15:04") + ": " + g.Task
	}
	return "-"
}

// broken warns of every break-glass that is not over and done with.
func (s *session) broken(w io.Writer, list []model.Glass) {
	for _, g := range list {
		var text string
		switch g.Status {
		case "waiting":
			text = "waits for a second person"
		case "open":
			text = "is open until " + g.Until.Local().Format("15:04:05 MST")
		case "review":
			text = "must be reviewed, " + s.review(g)
		default:
			continue
		}
		line := fmt.Sprintf("The glass %s, broken by %s (%s), %s.", g.ID, g.By, g.Criterion, text)
		fmt.Fprintln(w, s.paint(w)("red", clean(line)))
	}
}
