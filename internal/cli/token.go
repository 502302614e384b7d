package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

func newToken(s *session) *cobra.Command {
	return group(&cobra.Command{
		Use: "token", Short: "Make and revoke tokens for programs",
		Long: `A token lets a program act as you, within its scopes and as long as you may yourself. Its
value is shown once; give it to the program as $SLIPWAY_TOKEN or in a file (--token-file).`,
		Example: `  slipway token create ci --scope read,deploy --days 30
  slipway token list`,
	}, tokenCreate(s), tokenList(s), tokenRevoke(s))
}

func tokenCreate(s *session) *cobra.Command {
	var n model.NewToken
	cmd := &cobra.Command{
		Use: "create NAME", Short: "Make a token",
		Long: `Create prints a new token, once. You must be signed in (slipway login). Scopes: apply,
approve, audit, backup, deploy, keys, people, read, revoke, secrets, sources. No token
breaks glass.`,
		Example: `  slipway token create ci --scope deploy
  slipway token create watch --scope read --days 365 > watch.token`,
		Args: exactly("NAME"),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			n.Name = args[0]
			t, err := c.MakeToken(ctx, n)
			if err != nil {
				return err
			}
			return s.print(t, func(w io.Writer) {
				fmt.Fprintln(w, clean(t.Value))
				fmt.Fprintf(s.err, "It holds until %s, and is not shown again.\n", t.Expires.Local().Format("2 January 2006"))
			})
		}),
	}
	cmd.Flags().StringSliceVar(&n.Scopes, "scope", nil, "what it may be used for; may be given several times")
	cmd.Flags().IntVar(&n.Days, "days", 90, "how long it holds, 366 at most")
	return cmd
}

func tokenList(s *session) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use: "list", Short: "List tokens, without their values",
		Long:    "List shows your tokens, or with --all everybody's: what each may, until when it holds, and when it was last used.",
		Example: `  slipway token list --all`,
		Args:    exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			list, err := c.Tokens(ctx, all)
			if err != nil {
				return err
			}
			return s.print(list, func(w io.Writer) {
				t := s.table("TOKEN", "STATUS", "UNTIL", "USED", "SCOPES")
				for _, k := range list {
					t.colored(1, k.Owner+"/"+k.Name, k.Status, k.Expires.Local().Format("2006-01-02"), s.ago(k.UsedAt), strings.Join(k.Scopes, " "))
				}
				t.write(w)
			})
		}),
	}
	cmd.Flags().BoolVar(&all, "all", false, "everybody's")
	return cmd
}

func tokenRevoke(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "revoke OWNER/NAME", Short: "End a token",
		Long:    "Revoke ends a token at once. What was done with it stays, and stays known.",
		Example: `  slipway token revoke ada/ci`,
		Args:    exactly("OWNER/NAME"), ValidArgsFunction: s.complete(tokenNames),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			owner, name, ok := strings.Cut(args[0], "/")
			if !ok {
				return fault.New(fault.Invalid, "%q is not OWNER/NAME", args[0]).WithHint("slipway token list")
			}
			r, err := c.RevokeToken(ctx, owner, name)
			return s.done(r, err, args[0]+" is revoked")
		}),
	}
}

func tokenNames(ctx context.Context, c *client.Client, _ []string) ([]string, error) {
	list, err := c.Tokens(ctx, false)
	return unique(list, func(t model.Token) (string, bool) { return t.Owner + "/" + t.Name, t.Status == "live" }), err
}
