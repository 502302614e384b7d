package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
)

func newMaintenance(s *session) *cobra.Command {
	return group(&cobra.Command{
		Use: "maintenance", Short: "Announce planned work, so that it does not count against error budgets",
		Long: `Planned work is announced as long before as each flow demands (operations.notice in its
targets). What was announced too late, or not at all, counts against the flow's error budget.
When something was announced is written in the journal; it cannot be dated back.`,
		Example: `  slipway maintenance announce db-upgrade prod --flow purchase-ticket --reason "PostgreSQL 18" \
    --from 2026-12-24T02:00 --until 2026-12-24T03:00
  slipway maintenance list
  slipway maintenance cancel db-upgrade`,
	}, maintenanceAnnounce(s), maintenanceList(s), maintenanceCancel(s))
}

func maintenanceAnnounce(s *session) *cobra.Command {
	var r model.MaintenanceRequest
	var from, until string
	cmd := &cobra.Command{
		Use: "announce NAME ENV", Short: "Announce work",
		Long: `Announce says when work will be done in an environment, and which flows or services it
touches. Without --flow and --service it is everything there.`,
		Example: `  slipway maintenance announce db-upgrade prod --service tickets --reason "PostgreSQL 18" \
    --from 2026-12-24T02:00 --until 2026-12-24T03:00`,
		Args: exactly("NAME", "ENV"),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			r.Name, r.Environment = args[0], args[1]
			var err error
			if r.From, err = moment(from); err != nil {
				return err
			}
			if r.Until, err = moment(until); err != nil {
				return err
			}
			receipt, err := c.AnnounceMaintenance(ctx, r)
			if err != nil {
				return err
			}
			list, err := c.Maintenance(client.Await(ctx, receipt.Position))
			if err != nil {
				return err
			}
			i := slices.IndexFunc(list, func(m model.Maintenance) bool { return m.Name == r.Name && !m.Cancelled })
			if i < 0 {
				return s.done(receipt, nil, "announced")
			}
			return s.print(list[i], func(w io.Writer) { announced(w, list[i]) })
		}),
	}
	cmd.Flags().StringArrayVar(&r.Flows, "flow", nil, "flow that it touches; may be given several times")
	cmd.Flags().StringArrayVar(&r.Services, "service", nil, "service that it touches; may be given several times")
	cmd.Flags().StringVar(&from, "from", "", "when it begins (2026-12-24T02:00, or with an offset)")
	cmd.Flags().StringVar(&until, "until", "", "when it ends")
	cmd.Flags().StringVar(&r.Reason, "reason", "", "why")
	s.completeFlag(cmd, "flow", 0, flowNames)
	return cmd
}

func announced(w io.Writer, m model.Maintenance) {
	fmt.Fprintf(w, "announced: %s in %s, %s to %s\n", clean(m.Name), clean(m.Environment), m.From.Local().Format(time.RFC3339), m.Until.Local().Format(time.RFC3339))
	if len(m.Late) > 0 {
		fmt.Fprintf(w, "It counts against the error budget of %s all the same: it was not announced as long before as their targets demand\n(operations.notice; without one, no maintenance counts as planned).\n", clean(strings.Join(m.Late, ", ")))
	}
}

func maintenanceList(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List announced work, latest first",
		Long:    "List shows what was announced, by whom and when, and for which flows that was too late.",
		Example: "  slipway maintenance list",
		Args:    exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			list, err := c.Maintenance(ctx)
			if err != nil {
				return err
			}
			return s.print(list, func(w io.Writer) {
				if len(list) == 0 {
					fmt.Fprintln(w, "Nothing is announced.")
					return
				}
				t := s.table("NAME", "ENV", "FROM", "UNTIL", "TOUCHES", "ANNOUNCED", "BY", "TOO LATE FOR", "REASON")
				for _, m := range list {
					name := m.Name
					if m.Cancelled {
						name += " (cancelled)"
					}
					touches := strings.Join(append(slices.Clone(m.Flows), m.Services...), ", ")
					if touches == "" {
						touches = "everything"
					}
					const day = "Mon 2006-01-02 15:04"
					t.row(name, m.Environment, m.From.Local().Format(day), m.Until.Local().Format(day), touches, s.ago(m.AnnouncedAt), m.AnnouncedBy, strings.Join(m.Late, ", "), m.Reason)
				}
				t.write(w)
			})
		}),
	}
}

func maintenanceCancel(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "cancel NAME", Short: "Take an announcement back",
		Long:    "Cancel says that the work is not done. What was announced before it began no longer counts as planned.",
		Example: "  slipway maintenance cancel db-upgrade",
		Args:    exactly("NAME"),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			r, err := c.CancelMaintenance(ctx, args[0])
			return s.done(r, err, "cancelled: "+args[0])
		}),
	}
}
