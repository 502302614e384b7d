package cli

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
)

func newApply(s *session) *cobra.Command {
	var r model.ApplyRequest
	var yes bool
	cmd := &cobra.Command{
		Use: "apply [FILE...]", Short: "Bring manifests in",
		Long: `Apply brings manifests to the control plane, as the whole content of a source (--source).
A resource belongs to one source; applying it from another is refused. Applying the same
files again changes nothing. What the source declared before and the files no longer do
stays, unless --prune is given.

On a terminal it shows what will change and asks. FILE is as for "slipway check".
Repositories that are watched (slipway source) need no apply.`,
		Example: `  slipway apply
  slipway apply platform/ --source platform
  slipway apply platform/ --source platform --prune --yes`,
		Args: exactly("[FILE...]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if r.Files, err = s.readManifests(args); err != nil {
				return err
			}
			c, err := s.connect()
			if err != nil {
				return err
			}
			if !yes && terminal(s.in) && terminal(s.out) {
				if agreed, err := s.preview(cmd.Context(), c, r); err != nil || !agreed {
					return err
				}
			}
			result, err := c.Apply(cmd.Context(), r)
			if err != nil {
				return err
			}
			return s.changes(result)
		},
	}
	sourceFlags(cmd, &r)
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return cmd
}

// preview shows what will change and asks whether to go on.
func (s *session) preview(ctx context.Context, c *client.Client, r model.ApplyRequest) (bool, error) {
	r.DryRun = true
	result, err := c.Apply(ctx, r)
	if err != nil {
		return false, err
	}
	n := changed(result.Changes)
	if len(result.Problems) > 0 || n == 0 {
		return false, s.changes(result)
	}
	s.list(s.err, result.Changes)
	return s.ask(ctx, fmt.Sprintf("Make %s?", count(n, "change")))
}

// ask asks a person yes or no.
func (s *session) ask(ctx context.Context, question string) (bool, error) {
	fmt.Fprintf(s.err, "%s [y/N] ", question)
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(s.in).ReadString('\n')
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case a := <-answer:
		return a == "y" || a == "yes", nil
	case <-ctx.Done():
		fmt.Fprintln(s.err)
		return false, ctx.Err()
	}
}
