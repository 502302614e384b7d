package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"slipway.dev/internal/app"
	"slipway.dev/internal/core/fault"
)

func newRestore(s *session) *cobra.Command {
	var store string
	cmd := &cobra.Command{
		Use: "restore FILE", Short: "Make a data directory of a backup",
		Long: `Restore makes a fresh data directory (--data), or a fresh PostgreSQL store (--store), of a
backup ("-": standard input). No control plane may run on it. Start one afterwards with
"slipway up": it reports instances that run and that the backup does not know, and stops
none of them by itself. Artifacts are not part of a backup: copy them along with the data
directory, or let releases be built again.`,
		Example: `  slipway restore slipway-2031-04-01.backup --data /srv/slipway
  slipway up --data /srv/slipway`,
		Args: exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			abs, err := filepath.Abs(s.data)
			if err != nil {
				return err
			}
			from := s.in
			if args[0] != "-" {
				f, err := os.Open(args[0])
				if err != nil {
					return fault.New(fault.NotFound, "the backup cannot be read").Because(err)
				}
				defer f.Close()
				from = f
			}
			if err := app.Restore(cmd.Context(), abs, store, from, s.log(false)); err != nil {
				return err
			}
			fmt.Fprintf(s.out, "restored into %s\nnext: slipway up --data %s\n", abs, abs)
			return nil
		},
	}
	cmd.Flags().StringVar(&store, "store", s.env("SLIPWAY_STORE"), "restore into this PostgreSQL database instead ($SLIPWAY_STORE)")
	return cmd
}
