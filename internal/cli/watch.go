package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
)

func newWatch(s *session) *cobra.Command {
	var after int64
	cmd := &cobra.Command{
		Use: "watch", Short: "Tell what happens, as it happens",
		Long: `Watch prints a line for each thing that happens: commits seen, builds, deployments and
their phases, rollbacks, and who asked for them. It goes on until Ctrl-C.

What says nothing new for a person is left out; -o json and yaml have everything, each
with its position. --after begins behind one, so that a program misses nothing when it
starts again.`,
		Example: `  slipway watch
  slipway watch -o json | jq -r 'select(.machine | startswith("deploy/")) | .text'
  slipway watch --after 1200 -o json`,
		Args: exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			said := map[string]string{} // of a machine
			return c.Watch(ctx, after, func(h model.Happening) error {
				return s.line(h, func(w io.Writer) {
					if said[h.Machine] == h.Text {
						return
					}
					said[h.Machine] = h.Text
					paint := s.paint(w)
					fmt.Fprintf(w, "%s  %s  %s\n", paint("dim", h.At.Local().Format("15:04:05")), clean(h.Text), paint("dim", "by "+clean(h.Actor)))
				})
			})
		}),
	}
	cmd.Flags().Int64Var(&after, "after", -1, "begin after this position; 0: with the first; -1: now")
	return cmd
}
