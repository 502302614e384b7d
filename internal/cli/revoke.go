package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"slipway.dev/internal/core/fault"
)

func releaseRevoke(s *session) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "revoke SERVICE RELEASE", Short: "Let a release in nowhere any more",
		Long: `Revoke takes away a release's right to go in anywhere, and to be gone back to. Where it
runs it goes on running. It is for good: make a new commit instead.`,
		Example: `  slipway release revoke tickets 3f2a91c --reason "leaks card numbers"`,
		Args:    exactly("SERVICE", "RELEASE"), ValidArgsFunction: s.complete(services, releases),
		RunE: func(cmd *cobra.Command, args []string) error {
			if reason == "" {
				return fault.New(fault.Invalid, "a release is revoked for a reason").WithHint("say it with --reason")
			}
			c, err := s.connect()
			if err != nil {
				return err
			}
			r, err := c.RevokeRelease(cmd.Context(), args[0], args[1], reason)
			if err != nil {
				return err
			}
			return s.print(r, func(w io.Writer) { fmt.Fprintf(w, "%s of %s is revoked\n", clean(args[1]), clean(args[0])) })
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why (needed)")
	return cmd
}
