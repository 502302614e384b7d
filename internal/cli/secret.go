package cli

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

func newSecret(s *session) *cobra.Command {
	return group(&cobra.Command{
		Use: "secret", Short: "Set, rotate, list and remove secrets",
		Long: `Secrets are kept encrypted. Manifests refer to them by name; a service gets them as files
that only it can read. Values go in but never come out, and are never taken from the
command line, where others could see them.`,
		Example: `  slipway secret set payment-key
  slipway secret list`,
	}, secretSet(s), secretRotate(s), secretList(s), secretRemove(s))
}

func secretSet(s *session) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: "set NAME", Short: "Set a secret's value",
		Long: `Set makes a secret, or a new version of it. On a terminal it asks for the value without
showing it; otherwise it reads standard input, without one newline at the end. --file
takes all bytes of a file.

What runs keeps the version it was started with; the next deployment gets the new one.`,
		Example: `  slipway secret set payment-key
  pass show payment | slipway secret set payment-key
  slipway secret set tls-key --file key.pem`,
		Args: exactly("NAME"), ValidArgsFunction: s.complete(secretNames),
		RunE: func(cmd *cobra.Command, args []string) error { return s.setSecret(cmd.Context(), args[0], file, false) },
	}
	cmd.Flags().StringVar(&file, "file", "", "file that holds the value")
	return cmd
}

func secretRotate(s *session) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: "rotate NAME", Short: "Give a secret a new value",
		Long: `Rotate gives a secret that there is a new value, as a new version. It differs from set
only in that it refuses a name that there is not. Deploy the services that use it, and
they get the new value.`,
		Example: `  slipway secret rotate payment-key
  openssl rand -hex 32 | slipway secret rotate session-key`,
		Args: exactly("NAME"), ValidArgsFunction: s.complete(secretNames),
		RunE: func(cmd *cobra.Command, args []string) error { return s.setSecret(cmd.Context(), args[0], file, true) },
	}
	cmd.Flags().StringVar(&file, "file", "", "file that holds the value")
	return cmd
}

func (s *session) setSecret(ctx context.Context, name, file string, mustExist bool) error {
	c, err := s.connect()
	if err != nil {
		return err
	}
	if mustExist {
		if err := hasSecret(ctx, c, name); err != nil {
			return err
		}
	}
	value, err := s.secretValue(ctx, name, file)
	if err != nil {
		return err
	}
	secret, err := c.SetSecret(ctx, name, value)
	if err != nil {
		return err
	}
	return s.print(secret, func(w io.Writer) {
		fmt.Fprintf(w, "%s is at version %d\n", clean(secret.Name), lastVersion(secret).Number)
	})
}

func hasSecret(ctx context.Context, c *client.Client, name string) error {
	list, err := c.Secrets(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(list, func(x model.Secret) bool { return x.Name == name }) {
		return fault.New(fault.NotFound, "there is no secret %s", name).WithHint("`slipway secret set %s` makes it", name)
	}
	return nil
}

func lastVersion(x model.Secret) model.SecretVersion {
	var last model.SecretVersion
	for _, v := range x.Versions {
		if v.Number > last.Number {
			last = v
		}
	}
	return last
}

func secretList(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List secrets, without values",
		Long:    "List shows the names of secrets, and when and by whom each was last set.",
		Example: `  slipway secret list`,
		Args:    exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			list, err := c.Secrets(ctx)
			if err != nil {
				return err
			}
			return s.print(list, func(w io.Writer) {
				t := s.table("SECRET", "VERSION", "SET", "BY")
				for _, x := range list {
					v := lastVersion(x)
					t.row(x.Name, fmt.Sprint(v.Number), s.ago(v.At), v.By)
				}
				t.write(w)
			})
		}),
	}
}

func secretRemove(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "remove NAME", Short: "Remove a secret with all its versions",
		Long:    "Remove erases a secret. A service that needs it cannot be started again until it is set anew.",
		Example: `  slipway secret remove payment-key`,
		Args:    exactly("NAME"), ValidArgsFunction: s.complete(secretNames),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			receipt, err := c.RemoveSecret(ctx, args[0])
			if err != nil {
				return err
			}
			return s.requested(receipt, "removal of secret "+args[0])
		}),
	}
}
