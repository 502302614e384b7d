package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
)

// completer gives what may stand at the next argument.
type completer func(ctx context.Context, c *client.Client, before []string) ([]string, error)

// complete asks the control plane what an argument may be. It must not keep a shell
// waiting: whatever takes long or fails gives nothing.
func (s *session) complete(by ...completer) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		const none = cobra.ShellCompDirectiveNoFileComp
		if len(args) >= len(by) || s.prepare() != nil {
			return nil, none
		}
		c, err := s.connect()
		if err != nil {
			return nil, none
		}
		defer c.Close()
		ctx, cancel := context.WithTimeout(cmd.Context(), 700*time.Millisecond)
		defer cancel()
		words, err := by[len(args)](ctx, c, args)
		if err != nil {
			return nil, none
		}
		return words, none
	}
}

// services and environments complete the arguments SERVICE and ENV.
func services(ctx context.Context, c *client.Client, _ []string) ([]string, error) {
	lanes, err := c.Lanes(ctx)
	return unique(lanes, func(l model.Lane) (string, bool) { return l.Service, true }), err
}

func environments(ctx context.Context, c *client.Client, before []string) ([]string, error) {
	lanes, err := c.Lanes(ctx)
	return unique(lanes, func(l model.Lane) (string, bool) { return l.Environment, l.Service == before[0] }), err
}

// releases completes RELEASE after SERVICE, with what each is.
func releases(ctx context.Context, c *client.Client, before []string) ([]string, error) {
	list, err := c.Releases(ctx, before[0], 20)
	return unique(list, func(r model.Release) (string, bool) { return r.ID + "\t" + clean(r.Subject), true }), err
}

// kept completes --to after SERVICE ENV.
func kept(ctx context.Context, c *client.Client, before []string) ([]string, error) {
	l, err := c.Lane(ctx, before[0], before[1])
	return unique(l.Kept, func(p model.Placed) (string, bool) { return p.Release + "\t" + clean(p.Subject), true }), err
}

func sourceNames(ctx context.Context, c *client.Client, _ []string) ([]string, error) {
	list, err := c.Sources(ctx)
	return unique(list, func(s model.Source) (string, bool) { return s.Name, true }), err
}

func secretNames(ctx context.Context, c *client.Client, _ []string) ([]string, error) {
	list, err := c.Secrets(ctx)
	return unique(list, func(s model.Secret) (string, bool) { return s.Name, true }), err
}

func keyIDs(ctx context.Context, c *client.Client, _ []string) ([]string, error) {
	list, err := c.SigningKeys(ctx)
	return unique(list, func(k model.SigningKey) (string, bool) { return k.ID, k.Status != "revoked" }), err
}

// completeFlag completes a flag's value with what completes after the arguments.
func (s *session) completeFlag(cmd *cobra.Command, flag string, arguments int, by completer) {
	// It only fails for a flag that there is not, which a test would show.
	_ = cmd.RegisterFlagCompletionFunc(flag, func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		if len(args) < arguments {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		with := make([]completer, len(args)+1)
		with[len(args)] = by
		return s.complete(with...)(cmd, args, word)
	})
}

func unique[T any](list []T, word func(T) (string, bool)) []string {
	var out []string
	seen := map[string]bool{}
	for _, t := range list {
		if w, ok := word(t); ok && !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	return out
}
