package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

var decisions = []string{"retry", "rollback", "accept"}

func newSettle(s *session) *cobra.Command {
	var r model.SettleRequest
	cmd := &cobra.Command{
		Use: "settle SERVICE ENV retry|rollback|accept", Short: "Decide on a deployment that is held",
		Long: `Settle is a person's decision on a deployment that could neither go on nor back by
itself, such as one whose rollback failed.

  retry     try again what failed
  rollback  go back to what served before
  accept    keep it as it is; it counts as completed, and a canary gets all traffic`,
		Example: `  slipway settle tickets prod retry
  slipway settle tickets prod accept --reason "checked by hand"`,
		Args: exactly("SERVICE", "ENV", "DECISION"),
		ValidArgsFunction: s.complete(services, environments,
			func(context.Context, *client.Client, []string) ([]string, error) { return decisions, nil }),
		RunE: func(cmd *cobra.Command, args []string) error {
			r.Service, r.Environment, r.Decision = args[0], args[1], args[2]
			if !slices.Contains(decisions, r.Decision) {
				return fault.New(fault.Invalid, "there is no decision %q", r.Decision).WithHint("use %s", strings.Join(decisions, ", "))
			}
			c, err := s.connect()
			if err != nil {
				return err
			}
			receipt, err := c.Settle(cmd.Context(), r)
			if err != nil {
				return err
			}
			return s.requested(receipt, r.Decision+" of what is held of "+r.Service+" in "+r.Environment)
		},
	}
	cmd.Flags().StringVar(&r.Reason, "reason", "", "why, for the record")
	return cmd
}
