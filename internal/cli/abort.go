package cli

import (
	"github.com/spf13/cobra"

	"slipway.dev/client/model"
)

func newAbort(s *session) *cobra.Command {
	var r model.AbortRequest
	cmd := &cobra.Command{
		Use: "abort SERVICE ENV", Short: "Stop a deployment that has not ended",
		Long: `Abort stops the deployment under way: traffic goes back to what served before, and the
new instances are taken away. If none is under way, it takes back the one that waits
first, or that of --deployment.`,
		Example: `  slipway abort tickets prod
  slipway abort tickets prod --deployment tickets.prod.8 --reason "wrong release"`,
		Args: exactly("SERVICE", "ENV"), ValidArgsFunction: s.complete(services, environments),
		RunE: func(cmd *cobra.Command, args []string) error {
			r.Service, r.Environment = args[0], args[1]
			c, err := s.connect()
			if err != nil {
				return err
			}
			receipt, err := c.Abort(cmd.Context(), r)
			if err != nil {
				return err
			}
			return s.requested(receipt, "abort of "+r.Service+" in "+r.Environment)
		},
	}
	cmd.Flags().StringVar(&r.Deployment, "deployment", "", "which one; default: what is under way, or else waits first")
	cmd.Flags().StringVar(&r.Reason, "reason", "", "why, for the record")
	return cmd
}
