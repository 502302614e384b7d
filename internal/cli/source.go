package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

func newSource(s *session) *cobra.Command {
	return group(&cobra.Command{
		Use: "source", Short: "Watch git repositories",
		Long: `A source is a git repository that the control plane watches. A commit on its branch
brings its manifests in and builds the services whose folders changed.

A service source declares services and what belongs to them; a platform source, which
only an administrator registers, declares environments, teams and policies.`,
		Example: `  slipway source add shop https://git.example/shop.git
  slipway source list`,
	}, sourceAdd(s), sourceList(s),
		sourceVerb(s, "remove", "Watch a repository no longer", "Remove ends watching a repository. What it declared and what runs stays.",
			(*client.Client).RemoveSource),
		sourceVerb(s, "poll", "Look at a repository now", "Poll looks at a repository now instead of at its next turn.",
			(*client.Client).PollSource))
}

func sourceAdd(s *session) *cobra.Command {
	var source model.Source
	cmd := &cobra.Command{
		Use: "add NAME URL", Short: "Watch a repository",
		Long: `Add begins to watch a repository: a URL that git can clone, or a path on the control
plane's machine. With --webhook-secret the forge can tell of a push at once, at
/v1/sources/NAME/webhook, signed with that secret (slipway secret set).`,
		Example: `  slipway source add shop https://git.example/shop.git
  slipway source add shop . --branch main
  slipway source add platform git@git.example:platform.git --kind platform
  slipway source add shop https://git.example/shop.git --webhook-secret shop-hook`,
		Args: exactly("NAME", "URL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains([]string{"service", "platform"}, source.Kind) {
				return fault.New(fault.Invalid, "there is no kind of source %q", source.Kind).WithHint("use --kind service or --kind platform")
			}
			source.Name, source.URL = args[0], s.repository(args[1])
			c, err := s.connect()
			if err != nil {
				return err
			}
			receipt, err := c.AddSource(cmd.Context(), source)
			if err != nil {
				return err
			}
			return s.print(receipt, func(w io.Writer) {
				fmt.Fprintf(w, "watching %s (%s, branch %s)\n", clean(source.Name), clean(source.URL), clean(source.Branch))
			})
		},
	}
	cmd.Flags().StringVar(&source.Branch, "branch", "main", "branch that is watched")
	cmd.Flags().StringVar(&source.Kind, "kind", "service", "service or platform")
	cmd.Flags().StringVar(&source.WebhookSecret, "webhook-secret", "", "name of the secret that signs its webhooks")
	cmd.Flags().StringVar(&source.Credential, "credential", "", "name of the secret with the token, or user:password, that https asks for")
	s.completeFlag(cmd, "webhook-secret", 0, secretNames)
	s.completeFlag(cmd, "credential", 0, secretNames)
	return cmd
}

// repository makes a path absolute: the control plane stands in another directory.
func (s *session) repository(url string) string {
	if strings.Contains(url, "://") || s.server != "" {
		return url
	}
	if _, err := os.Stat(url); err == nil {
		if abs, err := filepath.Abs(url); err == nil {
			return abs
		}
	}
	return url
}

func sourceList(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the repositories that are watched",
		Long:    "List shows each repository that is watched, the last commit seen on its branch, and what is wrong with it.",
		Example: `  slipway source list`,
		Args:    exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			list, err := c.Sources(ctx)
			if err != nil {
				return err
			}
			return s.print(list, func(w io.Writer) {
				t := s.table("SOURCE", "KIND", "BRANCH", "HEAD", "SEEN", "URL", "PROBLEM")
				for _, x := range list {
					t.row(x.Name, x.Kind, x.Branch, short(x.Head), s.ago(x.SeenAt), x.URL, x.Problem)
				}
				t.write(w)
			})
		}),
	}
}

func sourceVerb(s *session, verb, summary, long string, do func(*client.Client, context.Context, string) (model.Receipt, error)) *cobra.Command {
	return &cobra.Command{
		Use: verb + " NAME", Short: summary, Long: long,
		Example: "  slipway source " + verb + " shop",
		Args:    exactly("NAME"), ValidArgsFunction: s.complete(sourceNames),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			receipt, err := do(c, ctx, args[0])
			if err != nil {
				return err
			}
			return s.requested(receipt, verb+" of source "+args[0])
		}),
	}
}
