package cli

import (
	"github.com/spf13/cobra"

	"slipway.dev/client/model"
)

func newRollback(s *session) *cobra.Command {
	var r model.RollbackRequest
	var wait bool
	cmd := &cobra.Command{
		Use: "rollback SERVICE ENV", Short: "Go back to a release that was completed here",
		Long: `Rollback goes back in an environment: to the release before, or to that of --to, with
the config it had. Nothing is built. Instances that are still warm take the traffic at
once; otherwise they are started first. The smoke checks run again.

A rollback across a migration that cannot be taken back is refused, unless forced.`,
		Example: `  slipway rollback tickets prod
  slipway rollback tickets prod --to 3f2a91c --reason "orders are charged twice"
  slipway rollback tickets prod --force`,
		Args: exactly("SERVICE", "ENV"), ValidArgsFunction: s.complete(services, environments),
		RunE: func(cmd *cobra.Command, args []string) error {
			r.Service, r.Environment = args[0], args[1]
			c, err := s.connect()
			if err != nil {
				return err
			}
			receipt, err := c.Rollback(cmd.Context(), r)
			if err != nil {
				return err
			}
			if !s.waits(cmd, wait) {
				return s.requested(receipt, "rollback of "+r.Service+" in "+r.Environment)
			}
			d, err := s.follow(cmd.Context(), c, r.Service, r.Environment, receipt)
			if err != nil {
				return err
			}
			// Going back from what is under way ends it as rolledBack; from what serves, the
			// way back is a deployment of its own.
			return s.report(d, "completed", "rolledBack")
		},
	}
	cmd.Flags().StringVar(&r.To, "to", "", "release to go back to; default: the one before")
	cmd.Flags().BoolVar(&r.Force, "force", false, "also across a contract or irreversible migration")
	cmd.Flags().StringVar(&r.Reason, "reason", "", "why, for the record")
	waitFlag(cmd, &wait)
	s.completeFlag(cmd, "to", 2, kept)
	return cmd
}
