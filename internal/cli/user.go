package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

func newUser(s *session) *cobra.Command {
	return group(&cobra.Command{
		Use: "user", Short: "Manage accounts and what they may",
		Long: `An account is a person: somebody who signs in, and whose approvals count. Roles say what
an account, a team or a group of the identity provider may, everywhere or only for what a
team owns or in one environment. What no role allows is denied.

Roles: viewer (read), developer (deploy), approver (answer tasks), operator (deploy,
secrets, sources, break glass), security (audit log, keys), admin (people, manifests).`,
		Example: `  slipway user add ada --title "Ada Lovelace" --email ada@example.org
  slipway user grant ada approver --env prod
  slipway user list`,
	}, userList(s), userShow(s), userAdd(s), userInvite(s), userSetup(s), userEnroll(s), userChange(s), userDisable(s), userEnable(s),
		userPassword(s), userRoles(s), userGrant(s), userRevoke(s), userMap(s))
}

func userList(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List accounts",
		Long:    "List shows all accounts: whether each is active, invited (its link was not used yet) or disabled, its roles, and its last sign-in.",
		Example: `  slipway user list`,
		Args:    exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			list, err := c.Users(ctx)
			if err != nil {
				return err
			}
			return s.print(list, func(w io.Writer) {
				t := s.table("USER", "STATUS", "SEEN", "ROLES")
				for _, u := range list {
					t.colored(1, u.Name, u.Status, s.ago(u.SeenAt), orDash(strings.Join(rolesText(u.Roles), ", ")))
				}
				t.write(w)
			})
		}),
	}
}

func userShow(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "show NAME", Short: "Tell about an account",
		Long:    "Show tells an account's addresses, teams, groups and roles, and which other accounts are the same human for all that is known.",
		Example: `  slipway user show ada`,
		Args:    exactly("NAME"), ValidArgsFunction: s.complete(userNames),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			u, err := c.User(ctx, args[0])
			if err != nil {
				return err
			}
			return s.print(u, func(w io.Writer) { s.writeUser(w, u) })
		}),
	}
}

func (s *session) writeUser(w io.Writer, u model.User) {
	fmt.Fprintf(w, "%s %s  %s %s\n", clean(u.Name), clean(u.Title), u.Status, clean(u.Reason))
	for _, line := range []struct {
		name string
		list []string
	}{{"addresses", u.Addresses}, {"teams", u.Teams}, {"groups", u.Groups}, {"same human", u.Same}} {
		if len(line.list) > 0 {
			fmt.Fprintf(w, "  %-10s %s\n", line.name, clean(strings.Join(line.list, " ")))
		}
	}
	for _, b := range u.Roles {
		fmt.Fprintf(w, "  role       %s\n", clean(roleText(b)))
	}
	fmt.Fprintf(w, "  seen       %s\n", s.ago(u.SeenAt))
}

func userNames(ctx context.Context, c *client.Client, _ []string) ([]string, error) {
	list, err := c.Users(ctx)
	return unique(list, func(u model.User) (string, bool) { return u.Name + "\t" + clean(u.Title), true }), err
}

func userAdd(s *session) *cobra.Command {
	var n model.NewUser
	cmd := &cobra.Command{
		Use: "add NAME", Short: "Make an account, and the link to set it up",
		Long: `Add makes an account and prints a link, once. With it its person sets up how they sign
in, within seven days. An account may nothing until it has a role.

Addresses are those of mail and of commits: by them it is known who wrote a change, and
may therefore not approve it.`,
		Example: `  slipway user add ada --title "Ada Lovelace" --email ada@example.org`,
		Args:    exactly("NAME"),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			n.Name = args[0]
			i, err := c.AddUser(ctx, n)
			return s.invited(i, err)
		}),
	}
	cmd.Flags().StringVar(&n.Title, "title", "", "the person's name")
	cmd.Flags().StringSliceVar(&n.Addresses, "email", nil, "e-mail or git address; may be given several times")
	return cmd
}

// invited prints a link. It is not shown again.
func (s *session) invited(i model.Invitation, err error) error {
	if err != nil {
		return err
	}
	return s.print(i, func(w io.Writer) {
		fmt.Fprintf(w, "%s\n", clean(i.Link))
		fmt.Fprintf(s.err, "The link works once, until %s. It is not shown again.\n", i.Expires.Local().Format(time.DateTime))
	})
}

func userInvite(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "invite NAME", Short: "Make a new link for an account",
		Long:    "Invite is for who has lost their password, authenticator or link. Using the new link replaces all that the account has to sign in with.",
		Example: `  slipway user invite ada`,
		Args:    exactly("NAME"), ValidArgsFunction: s.complete(userNames),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			i, err := c.InviteUser(ctx, args[0])
			return s.invited(i, err)
		}),
	}
}

func userSetup(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "setup", Short: "Make the link that makes an administrator",
		Long: `Setup prints a link by which somebody makes an account that is administrator and
operator. The first start of a control plane prints one, too. Only who runs the control
plane can, on its machine; links that were printed before count no more.`,
		Example: `  slipway user setup`,
		Args:    exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			i, err := c.SetUp(ctx)
			return s.invited(i, err)
		}),
	}
}

func userEnroll(s *session) *cobra.Command {
	var r model.EnrollRequest
	cmd := &cobra.Command{
		Use: "enroll", Short: "Set up an account by its link, and sign in",
		Long: `Enroll asks for the link, shows the key for your authenticator (one-time codes), asks for
a password and a code, and prints recovery codes: each signs you in once, with the
password, if the authenticator is lost. A page for it, with passkeys, is at the link.`,
		Example: `  slipway user enroll
  slipway user enroll --name ada --title "Ada Lovelace"`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := client.New(s.place(""))
			if err != nil {
				return err
			}
			return s.enroll(cmd.Context(), c, r)
		},
	}
	cmd.Flags().StringVar(&r.Name, "name", "", "account; only with the link that makes an administrator")
	cmd.Flags().StringVar(&r.Title, "title", "", "your name; likewise")
	return cmd
}

func (s *session) enroll(ctx context.Context, c *client.Client, r model.EnrollRequest) error {
	ask := s.asker()
	link, err := ask(ctx, "Link", true)
	if err != nil {
		return err
	}
	if _, secret, ok := strings.Cut(link, "#"); ok {
		link = secret
	}
	r.Link = link
	e, err := c.BeginEnroll(ctx, r)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.err, "Account %s. Key for your authenticator: %s\n  %s\n", clean(e.Name), clean(e.Secret), clean(e.URI))
	done := model.EnrollDone{Flow: e.Flow}
	if done.Password, err = ask(ctx, "New password", true); err != nil {
		return err
	}
	if done.Code, err = ask(ctx, "Code", false); err != nil {
		return err
	}
	signed, err := c.FinishEnroll(ctx, done)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.err, "Recovery codes, to be kept in a safe place:\n  %s\n", strings.Join(signed.Recovery, "\n  "))
	return s.signedIn(signed)
}

func userChange(s *session) *cobra.Command {
	var title string
	var addresses []string
	cmd := &cobra.Command{
		Use: "change NAME", Short: "Change an account's name or addresses",
		Long:    "Change replaces what it names. Nobody changes their own addresses: by them it is known who wrote what.",
		Example: `  slipway user change ada --email ada@example.org --email ada@users.example.org`,
		Args:    exactly("NAME"), ValidArgsFunction: s.complete(userNames),
	}
	cmd.RunE = s.calling(func(ctx context.Context, c *client.Client, args []string) error {
		var u model.UserChange
		if cmd.Flags().Changed("title") {
			u.Title = &title
		}
		if cmd.Flags().Changed("email") {
			u.Addresses = &addresses
		}
		if u == (model.UserChange{}) {
			return fault.New(fault.Invalid, "nothing is to be changed").WithHint("name it: --title or --email")
		}
		r, err := c.ChangeUser(ctx, args[0], u)
		return s.done(r, err, args[0]+" is changed")
	})
	cmd.Flags().StringVar(&title, "title", "", "the person's name")
	cmd.Flags().StringSliceVar(&addresses, "email", nil, "all e-mail and git addresses")
	return cmd
}

// done says that a command was carried out.
func (s *session) done(r model.Receipt, err error, what string) error {
	if err != nil {
		return err
	}
	return s.print(r, func(w io.Writer) { fmt.Fprintln(w, clean(what)) })
}

func userDisable(s *session) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "disable NAME", Short: "Shut an account",
		Long: `Disable ends an account's sessions at once; its tokens and approvals count no more. The
account stays: it is still known what it wrote and did.`,
		Example: `  slipway user disable eve --reason "has left"`,
		Args:    exactly("NAME"), ValidArgsFunction: s.complete(userNames),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			yes := true
			r, err := c.ChangeUser(ctx, args[0], model.UserChange{Disabled: &yes, Reason: reason})
			return s.done(r, err, args[0]+" is disabled")
		}),
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for those who ask later")
	return cmd
}

func userEnable(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "enable NAME", Short: "Open a disabled account again",
		Long:    "Enable opens an account again that was disabled. It signs in with what it had; its sessions stay ended.",
		Example: `  slipway user enable eve`,
		Args:    exactly("NAME"), ValidArgsFunction: s.complete(userNames),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			no := false
			r, err := c.ChangeUser(ctx, args[0], model.UserChange{Disabled: &no})
			return s.done(r, err, args[0]+" is enabled")
		}),
	}
}

func userPassword(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "password", Short: "Change your own password",
		Long:    "Password asks for the old password, a new one, and a one-time code. Your other sessions end.",
		Example: `  slipway user password`,
		Args:    exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			ask := s.asker()
			var p model.PasswordChange
			var err error
			if p.Old, err = ask(ctx, "Old password", true); err != nil {
				return err
			}
			if p.New, err = ask(ctx, "New password", true); err != nil {
				return err
			}
			if p.Code, err = ask(ctx, "Code", false); err != nil {
				return err
			}
			r, err := c.ChangePassword(ctx, p)
			return s.done(r, err, "the password is changed")
		}),
	}
}
