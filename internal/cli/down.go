package cli

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"slipway.dev/internal/app"
)

func newDown(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "down", Short: "Stop all services and the edge on this machine",
		Long: `Down stops what outlives the control plane: all instances of your services, then the
edge. Users are no longer served. The control plane must have been stopped before.

State stays: the next "slipway up" on the data directory starts everything again as it was.`,
		Example: `  slipway down
  slipway down --data /srv/slipway`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			abs, err := filepath.Abs(s.data)
			if err != nil {
				return err
			}
			return app.Down(cmd.Context(), abs, s.out, s.log(false))
		},
	}
}
