package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
)

func newAudit(s *session) *cobra.Command {
	return group(&cobra.Command{
		Use: "audit", Short: "List, verify and export the journal",
		Long: `The journal holds all that ever happened: who asked for what, and what followed. Its
entries are chained by hashes and sealed by signed checkpoints, so that nothing can be
changed or cut off unseen.`,
		Example: `  slipway audit list --machine deploy/tickets/prod
  slipway audit verify`,
	}, auditList(s), auditVerify(s), auditExport(s))
}

func auditList(s *session) *cobra.Command {
	var q model.AuditQuery
	cmd := &cobra.Command{
		Use: "list", Short: "List journal entries",
		Long:    "List shows the latest journal entries in their order, of everything or of one machine.",
		Example: "  slipway audit list --after 1200\n  slipway audit list --machine deploy/tickets/prod -o json",
		Args:    exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			list, err := c.Audit(ctx, q)
			if err != nil {
				return err
			}
			return s.print(list, func(w io.Writer) {
				t := s.table("POSITION", "WHEN", "ACTOR", "MACHINE", "STEP", "WHAT", "HASH")
				for _, e := range list {
					t.row(fmt.Sprint(e.Position), s.ago(e.At), e.Actor, e.Machine, fmt.Sprint(e.Step), e.Type, cut(e.Hash, 13))
				}
				t.write(w)
			})
		}),
	}
	cmd.Flags().Int64Var(&q.After, "after", -1, "begin after this position; 0: with the first; -1: the latest")
	cmd.Flags().IntVar(&q.Limit, "limit", 100, "how many at most")
	cmd.Flags().StringVar(&q.Machine, "machine", "", "only of this machine")
	return cmd
}

func auditVerify(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "verify", Short: "Check that the journal was not tampered with",
		Long:    "Verify recomputes the chain of hashes and checks the signatures of all checkpoints. It ends with exit code 7 if anything is wrong.",
		Example: `  slipway audit verify || echo "somebody changed the journal"`,
		Args:    exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			r, err := c.VerifyAudit(ctx)
			if err != nil {
				return err
			}
			err = s.print(r, func(w io.Writer) {
				if r.Verified {
					fmt.Fprintf(w, "%s %d entries and %d checkpoints verify\n", s.paint(w)("green", "sound:"), r.Entries, r.Checkpoints)
				}
			})
			if err == nil && !r.Verified {
				return badly("keep a copy of the store, and compare it with a backup", "the journal does not verify: %s", r.Problem)
			}
			return err
		}),
	}
}

func auditExport(s *session) *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use: "export [FILE]", Short: "Write the whole journal as JSON lines",
		Long:    `Export writes every journal entry as a JSON object on a line, to FILE or ("-", the default) to standard output.`,
		Example: `  slipway audit export journal.jsonl`,
		Args:    exactly("[FILE]"),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			return s.download(append(args, "-")[0], force, func(w io.Writer) error { return c.ExportAudit(ctx, w) })
		}),
	}
	cmd.Flags().BoolVar(&force, "force", false, "write over a file that is there")
	return cmd
}
