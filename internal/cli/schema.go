package cli

import (
	"github.com/spf13/cobra"

	"slipway.dev/internal/core/manifest"
)

func newSchema(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "schema", Short: "Print the JSON Schema of manifests, for editors",
		Long: `Schema prints the JSON Schema that describes all manifests. Editors use it to complete
names and to mark what is wrong. It needs no control plane.

An editor with the YAML language server takes it from a comment in the manifest:
  # yaml-language-server: $schema=slipway.schema.json`,
		Example: `  slipway schema > slipway.schema.json`,
		Args:    exactly(),
		RunE: func(*cobra.Command, []string) error {
			_, err := s.out.Write(append(manifest.Schema(), '\n'))
			return err
		},
	}
}
