package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
)

func newSession(s *session) *cobra.Command {
	return group(&cobra.Command{
		Use: "session", Short: "List and end sessions",
		Long:    "A session is a browser or a command line that somebody has signed in with. It ends by itself when it is not used for a day.",
		Example: `  slipway session list`,
	}, sessionList(s), sessionEnd(s))
}

func sessionList(s *session) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use: "list", Short: "List sessions",
		Long:    "List shows your sessions, or with --all everybody's: how each began, with what, and when it was last used. Yours is marked.",
		Example: `  slipway session list --all`,
		Args:    exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			list, err := c.Sessions(ctx, all)
			if err != nil {
				return err
			}
			return s.print(list, func(w io.Writer) {
				t := s.table("SESSION", "PERSON", "BY", "BEGAN", "USED", "WITH")
				for _, x := range list {
					id := x.ID
					if x.Current {
						id += " (this one)"
					}
					t.row(id, x.Person, x.How, s.ago(x.StartedAt), s.ago(x.SeenAt), x.Agent)
				}
				t.write(w)
			})
		}),
	}
	cmd.Flags().BoolVar(&all, "all", false, "everybody's")
	return cmd
}

func sessionEnd(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "end SESSION", Short: "End a session",
		Long:    "End signs a browser or command line out at once. Your own you may always end; others' if you manage people.",
		Example: `  slipway session end 4q2m7kzt5w3x6yab`,
		Args:    exactly("SESSION"), ValidArgsFunction: s.complete(sessionIDs),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			r, err := c.EndSession(ctx, args[0])
			return s.done(r, err, "session "+args[0]+" is ended")
		}),
	}
}

func sessionIDs(ctx context.Context, c *client.Client, _ []string) ([]string, error) {
	list, err := c.Sessions(ctx, false)
	return unique(list, func(x model.Session) (string, bool) { return x.ID + "\t" + clean(x.Agent), true }), err
}

func newAccess(s *session) *cobra.Command {
	return group(&cobra.Command{
		Use: "access", Short: "Review who may do what",
		Long:    "Every 90 days somebody is asked, by a task for each team and environment, whether people still need what they may.",
		Example: `  slipway access review`,
	}, &cobra.Command{
		Use: "review", Short: "Ask now whether people still need what they may",
		Long: `Review opens the tasks now. Who has the role security or admin answers each, but not who
opened it: the roles to remove are its form, and all others are kept.`,
		Example: `  slipway access review
  echo '{"remove":[]}' | slipway task answer access.all.prod.20261122 approve --value -`,
		Args: exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			r, err := c.StartAccessReview(ctx)
			if err != nil {
				return err
			}
			return s.print(r, func(w io.Writer) {
				for _, t := range r.Tasks {
					fmt.Fprintln(w, clean(t))
				}
			})
		}),
	})
}
