package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
)

func newWhoami(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "whoami", Short: "Tell who you are to the control plane, and what you may",
		Long: `Whoami tells as whom commands act: a person who is signed in (slipway login), a token,
or whoever runs the control plane (host), and what roles and rights they have.`,
		Example: `  slipway whoami
  slipway whoami -o json`,
		Args: exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			who, err := c.Whoami(ctx)
			if err != nil {
				return err
			}
			return s.print(who, func(w io.Writer) {
				fmt.Fprintf(w, "%s %s\n", clean(who.Actor), clean(who.Title))
				for _, b := range who.Roles {
					fmt.Fprintf(w, "  role       %s\n", clean(roleText(b)))
				}
				fmt.Fprintf(w, "  may        %s\n", orDash(strings.Join(who.Operations, ", ")))
				if len(who.Scopes) > 0 {
					fmt.Fprintf(w, "  limited to %s\n", strings.Join(who.Scopes, ", "))
				}
				if len(who.Same) > 0 {
					fmt.Fprintf(w, "  same human %s\n", clean(strings.Join(who.Same, ", ")))
				}
			})
		}),
	}
}

// roleText puts a role into words: "operator of shop in prod (team:ops)".
func roleText(b model.Binding) string { return roleWhere(b) + " (" + b.Subject + ")" }

// rolesText puts roles into words, each once: it may come by an account and by a team.
func rolesText(list []model.Binding) []string {
	var out []string
	for _, b := range list {
		if text := roleWhere(b); !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

// roleWhere is a role and where it holds: "operator of shop in prod".
func roleWhere(b model.Binding) string {
	text := b.Role
	if b.Team != "" {
		text += " of " + b.Team
	}
	if b.Environment != "" {
		text += " in " + b.Environment
	}
	return text
}
