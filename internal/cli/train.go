package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

func newTrain(s *session) *cobra.Command {
	return group(&cobra.Command{
		Use: "train", Short: "Send several services on together",
		Long: `A train is several services that go into an environment together: nobody goes before all
doors are open, then one after the other in the order of their needs, and if one fails
those that went before it go back, in reverse.`,
		Example: `  slipway train create --env prod payments tickets=3f2a91c
  slipway train show prod-20261122-101500.000`,
	}, trainCreate(s), trainShow(s), trainList(s),
		trainVerb(s, "abort", "Stop a train, and take back what went in", "Abort stops a train. Members that went in go back, in reverse order.", (*client.Client).AbortTrain),
		trainVerb(s, "rollback", "Take all members back", "Rollback takes all members of a train that arrived back, in reverse order; of a held one it tries again what failed.", (*client.Client).RollbackTrain),
		trainVerb(s, "accept", "Take a held train as it stands", "Accept ends a train that asks a person, with what runs now.", (*client.Client).AcceptTrain))
}

func trainCreate(s *session) *cobra.Command {
	var r model.TrainRequest
	cmd := &cobra.Command{
		Use: "create --env ENV SERVICE[=RELEASE]…", Short: "Ask for services to go in together",
		Long: `Create asks for several services to go into an environment together: each with the
release that runs in the environment before, or the one that is named.`,
		Example: `  slipway train create --env prod payments tickets
  slipway train create --env prod payments=9c1e tickets=3f2a91c --reason "new prices"`,
		Args: cobra.MinimumNArgs(1), ValidArgsFunction: s.complete(services, services, services, services),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			if r.Environment == "" {
				return fault.New(fault.Invalid, "it is not said where the services go").WithHint("add --env ENV")
			}
			for _, a := range args {
				service, release, _ := strings.Cut(a, "=")
				r.Members = append(r.Members, model.TrainWanted{Service: service, Release: release})
			}
			t, err := c.CreateTrain(ctx, r)
			if err != nil {
				return err
			}
			return s.print(t, func(w io.Writer) { s.train(w, t) })
		}),
	}
	cmd.Flags().StringVar(&r.Environment, "env", "", "environment (needed)")
	cmd.Flags().BoolVar(&r.Force, "force", false, "also with migrations that cannot be gone back across")
	cmd.Flags().StringVar(&r.Reason, "reason", "", "why, for the record")
	return cmd
}

func trainShow(s *session) *cobra.Command {
	var plan bool
	cmd := &cobra.Command{
		Use: "show TRAIN", Short: "Show a train and its members",
		Long: `Show tells how a train stands: which doors are open, whose turn it is, and how far each
member is. With --plan it shows what was planned for all of them.`,
		Example: `  slipway train show prod-20261122-101500.000
  slipway train show prod-20261122-101500.000 --plan`,
		Args: exactly("TRAIN"),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			t, err := c.Train(ctx, args[0])
			if err != nil {
				return err
			}
			return s.print(t, func(w io.Writer) {
				s.train(w, t)
				for i := range t.Plan {
					if plan {
						fmt.Fprintln(w)
						s.planned(w, t.Plan[i])
					}
				}
			})
		}),
	}
	cmd.Flags().BoolVar(&plan, "plan", false, "show also what was planned for each member")
	return cmd
}

func (s *session) train(w io.Writer, t model.Train) {
	paint := s.paint(s.out)
	fmt.Fprintf(w, "%s into %s: %s\n", clean(t.ID), clean(t.Environment), paint(statusColor(t.Status), clean(t.Status)))
	if t.Problem != "" {
		fmt.Fprintf(w, "  %s\n", clean(t.Problem))
	}
	rows := s.table("", "SERVICE", "RELEASE", "FROM", "DEPLOYMENT", "STANDS", "BACK", "REASON")
	for i, m := range t.Members {
		stands := m.Phase
		if m.Phase == "waiting" && m.Ready {
			stands = "ready"
		}
		rows.colored(5, fmt.Sprint(i+1), m.Service, m.Release, orDash(m.From), orDash(m.Deployment), orDash(stands), orDash(m.Back), m.Reason)
	}
	rows.write(w)
}

func trainList(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List trains, latest first",
		Long:    "List shows all trains with their services, and how they stand or ended.",
		Example: `  slipway train list`,
		Args:    exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			list, err := c.Trains(ctx)
			if err != nil {
				return err
			}
			return s.print(list, func(w io.Writer) {
				rows := s.table("TRAIN", "ENV", "STATUS", "BY", "ASKED", "SERVICES")
				for _, t := range list {
					var names []string
					for _, m := range t.Members {
						names = append(names, m.Service)
					}
					rows.colored(2, t.ID, t.Environment, t.Status, t.By, s.ago(t.At), strings.Join(names, " "))
				}
				rows.write(w)
			})
		}),
	}
}

func trainVerb(s *session, verb, short, long string, do func(*client.Client, context.Context, string, string) (model.Receipt, error)) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: verb + " TRAIN", Short: short, Long: long,
		Example: "  slipway train " + verb + ` prod-20261122-101500.000 --reason "prices are wrong"`,
		Args:    exactly("TRAIN"),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			r, err := do(c, ctx, args[0], reason)
			if err != nil {
				return err
			}
			return s.print(r, func(w io.Writer) { fmt.Fprintf(w, "requested: %s of the train %s\n", verb, clean(args[0])) })
		}),
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the record")
	return cmd
}
