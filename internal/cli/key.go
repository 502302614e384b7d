package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

func newKey(s *session) *cobra.Command {
	return group(&cobra.Command{
		Use: "key", Short: "Rotate, revoke and export signing keys",
		Long: `The control plane signs provenance and checkpoints with a key of its own. Private keys
never leave it; public ones are for whoever verifies.`,
		Example: `  slipway key list
  slipway key export > slipway.pub`,
	}, keyList(s), keyRotate(s), keyRevoke(s), keyExport(s))
}

func keyList(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List signing keys",
		Long:    "List shows all signing keys, and whether each signs (current), only verifies (rotated), or is not trusted (revoked).",
		Example: `  slipway key list`,
		Args:    exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			list, err := c.SigningKeys(ctx)
			if err != nil {
				return err
			}
			return s.print(list, func(w io.Writer) {
				t := s.table("KEY", "STATUS", "SINCE")
				for _, k := range list {
					t.colored(1, k.ID, k.Status, s.ago(k.At))
				}
				t.write(w)
			})
		}),
	}
}

func keyRotate(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "rotate", Short: "Make a new signing key",
		Long:    "Rotate makes a new key that signs from now on. What the one before signed still verifies.",
		Example: `  slipway key rotate`,
		Args:    exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			k, err := c.RotateSigningKey(ctx)
			if err != nil {
				return err
			}
			return s.print(k, func(w io.Writer) { fmt.Fprintf(w, "%s signs from now on\n", clean(k.ID)) })
		}),
	}
}

func keyRevoke(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "revoke KEY", Short: "End trust in a signing key",
		Long:    "Revoke is for a key that others may have: nothing that it signed verifies any more. Rotate first if it is the current one.",
		Example: `  slipway key revoke 5f1c9a02`,
		Args:    exactly("KEY"), ValidArgsFunction: s.complete(keyIDs),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			receipt, err := c.RevokeSigningKey(ctx, args[0])
			if err != nil {
				return err
			}
			return s.requested(receipt, "revocation of key "+args[0])
		}),
	}
}

func keyExport(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "export [KEY]", Short: "Print public keys as PEM",
		Long:    "Export prints the public keys that verify what this control plane signed: of KEY, or of all that are not revoked.",
		Example: `  slipway key export > slipway.pub`,
		Args:    exactly("[KEY]"), ValidArgsFunction: s.complete(keyIDs),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			list, err := c.SigningKeys(ctx)
			if err != nil {
				return err
			}
			chosen := []model.SigningKey{}
			for _, k := range list {
				if len(args) == 1 && k.ID == args[0] || len(args) == 0 && k.Status != "revoked" {
					chosen = append(chosen, k)
				}
			}
			if len(chosen) == 0 && len(args) == 1 {
				return fault.New(fault.NotFound, "there is no key %s", args[0]).WithHint("`slipway key list` lists them")
			}
			return s.print(chosen, func(w io.Writer) {
				for _, k := range chosen {
					io.WriteString(w, k.Public)
				}
			})
		}),
	}
}
