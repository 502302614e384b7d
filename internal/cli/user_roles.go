package cli

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
)

func userRoles(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "roles", Short: "List who was given which role",
		Long:    "Roles lists each role that was given to an account, a team or a group of the identity provider, and where it holds.",
		Example: `  slipway user roles`,
		Args:    exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			list, err := c.Bindings(ctx)
			if err != nil {
				return err
			}
			return s.print(list, func(w io.Writer) {
				t := s.table("TO", "ROLE", "TEAM", "ENVIRONMENT")
				for _, b := range list {
					t.row(b.Subject, b.Role, orDash(b.Team), orDash(b.Environment))
				}
				t.write(w)
			})
		}),
	}
}

// bindingFlags are where a role holds.
func bindingFlags(cmd *cobra.Command, b *model.Binding) {
	cmd.Flags().StringVar(&b.Team, "team", "", "only for what this team owns")
	cmd.Flags().StringVar(&b.Environment, "env", "", "only in this environment")
}

// subject names an account if nothing else is said.
func subject(name string) string {
	if !strings.Contains(name, ":") {
		return "person:" + name
	}
	return name
}

func roleNames(context.Context, *client.Client, []string) ([]string, error) {
	var names []string
	for _, r := range access.Roles() {
		names = append(names, string(r))
	}
	return names, nil
}

func userGrant(s *session) *cobra.Command {
	var b model.Binding
	cmd := &cobra.Command{
		Use: "grant WHO ROLE", Short: "Give a role",
		Long: `Grant gives a role to an account, to a team (team:NAME) or to a group of the identity
provider (group:NAME): everywhere, or only for what a team owns or in one environment.
Nobody gives a role to themselves.`,
		Example: `  slipway user grant ada developer --team box-office
  slipway user grant team:operations approver --env prod
  slipway user grant group:sre operator`,
		Args: exactly("WHO", "ROLE"), ValidArgsFunction: s.complete(userNames, roleNames),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			b.Subject, b.Role = subject(args[0]), args[1]
			r, err := c.Grant(ctx, b)
			return s.done(r, err, b.Subject+" is "+b.Role)
		}),
	}
	bindingFlags(cmd, &b)
	return cmd
}

func userRevoke(s *session) *cobra.Command {
	var b model.Binding
	cmd := &cobra.Command{
		Use: "revoke WHO ROLE", Short: "Take a role away",
		Long:    "Revoke takes a role away that was given with the same words; `user roles` lists them.",
		Example: `  slipway user revoke team:operations approver --env prod`,
		Args:    exactly("WHO", "ROLE"), ValidArgsFunction: s.complete(userNames, roleNames),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			b.Subject, b.Role = subject(args[0]), args[1]
			r, err := c.Ungrant(ctx, b)
			return s.done(r, err, b.Subject+" is "+b.Role+" no more")
		}),
	}
	bindingFlags(cmd, &b)
	return cmd
}

func userMap(s *session) *cobra.Command {
	var nobody, forget bool
	cmd := &cobra.Command{
		Use: "map ADDRESS [PERSON]", Short: "Say whose an address in commits is",
		Long: `Map says which account an author's address belongs to. As long as nobody knows whose it
is, it is not known either who may approve the change, and its gate stays shut. An address
of a program that commits (a bot) belongs to --nobody.`,
		Example: `  slipway user map ada@old.example.org ada
  slipway user map bot@forge.example --nobody
  slipway user map ada@old.example.org --forget`,
		Args: exactly("ADDRESS", "[PERSON]"),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			m := model.AddressMap{Address: args[0]}
			switch {
			case len(args) == 2 && !nobody && !forget:
				m.Person = args[1]
			case len(args) == 1 && nobody && !forget:
				m.Person = access.Nobody
			case len(args) == 1 && forget && !nobody:
			default:
				return fault.New(fault.Invalid, "say whose the address is: an account, --nobody, or --forget")
			}
			r, err := c.MapAddress(ctx, m)
			return s.done(r, err, m.Address+" is mapped")
		}),
	}
	cmd.Flags().BoolVar(&nobody, "nobody", false, "it is no person's")
	cmd.Flags().BoolVar(&forget, "forget", false, "it is not known any more")
	return cmd
}
