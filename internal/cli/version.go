package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"slipway.dev/internal/version"
)

func newVersion(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print which build this is",
		Long:    "Version prints the version and commit of this program. It needs no control plane.",
		Example: `  slipway version -o json`,
		Args:    exactly(),
		RunE: func(*cobra.Command, []string) error {
			v := version.Get()
			return s.print(v, func(w io.Writer) {
				fmt.Fprintf(w, "slipway %s (commit %s, %s)\n", v.Version, orDash(cut(v.Commit, 13)), v.Go)
			})
		},
	}
}
