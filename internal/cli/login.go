package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

func newLogin(s *session) *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use: "login [URL]", Short: "Sign in as a person",
		Long: `Login asks for name, password and one-time code (or a recovery code) and keeps the
session in $XDG_CONFIG_HOME/slipway/session.json, which nobody else can read. From then on
commands to this control plane are yours; on its own machine they were those of whoever
runs it, who cannot approve. Without a URL it is the control plane that --server or --data
names. What is asked for may come on standard input, one line each.

A session holds for seven days, or until it is not used for a day.`,
		Example: `  slipway login https://slipway.example
  slipway login --name ada`,
		Args: exactly("[URL]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				s.server = args[0]
			}
			c, err := client.New(s.place(""))
			if err != nil {
				return err
			}
			return s.login(cmd.Context(), c, name)
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "account; asked for if it is not given")
	return cmd
}

func (s *session) login(ctx context.Context, c *client.Client, name string) error {
	ask := s.asker()
	in := model.SignIn{Name: name}
	for _, q := range []struct {
		to     *string
		what   string
		hidden bool
	}{{&in.Name, "Name", false}, {&in.Password, "Password", true}, {&in.Code, "Code", false}} {
		if *q.to != "" {
			continue
		}
		text, err := ask(ctx, q.what, q.hidden)
		if err != nil {
			return err
		}
		*q.to = text
	}
	signed, err := c.SignIn(ctx, in)
	if err != nil {
		return err
	}
	return s.signedIn(signed)
}

// signedIn keeps a session, and says so without its value.
func (s *session) signedIn(signed model.SignedIn) error {
	if err := s.keep(keptSession{Person: signed.Person, Value: signed.Value, Expires: signed.Expires}); err != nil {
		return err
	}
	signed.Value = ""
	return s.print(signed, func(w io.Writer) { fmt.Fprintf(w, "signed in as %s\n", clean(signed.Person)) })
}

// asker asks a person, or reads lines of standard input.
func (s *session) asker() func(ctx context.Context, what string, hidden bool) (string, error) {
	lines := bufio.NewReader(io.LimitReader(s.in, maxSecret))
	return func(ctx context.Context, what string, hidden bool) (string, error) {
		if hidden && terminal(s.in) {
			text, err := s.hidden(ctx, what+" (not shown): ")
			if err == nil {
				err = ctx.Err()
			}
			return string(text), err
		}
		if terminal(s.in) {
			fmt.Fprint(s.err, what+": ")
		}
		text, err := lines.ReadString('\n')
		text = strings.TrimRight(text, "\r\n")
		if text == "" {
			return "", fault.New(fault.Invalid, "no %s was given", strings.ToLower(what)).Because(err)
		}
		return text, nil
	}
}

func newLogout(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "logout", Short: "Sign out",
		Long:    "Logout ends the session that login began with this control plane, there and here.",
		Example: `  slipway logout`,
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			k, ok := s.kept()
			if !ok {
				return fault.New(fault.Refused, "nobody is signed in here").WithHint("slipway whoami")
			}
			c, err := client.New(s.place(k.Value))
			if err != nil {
				return err
			}
			_, err = c.SignOut(cmd.Context())
			if err != nil && client.CodeOf(err) != "denied" { // it has ended already
				return err
			}
			if err := s.keep(keptSession{}); err != nil {
				return err
			}
			fmt.Fprintf(s.out, "signed out\n")
			return nil
		},
	}
}
