package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
)

func gateWindow(s *session) *cobra.Command {
	var zone string
	cmd := &cobra.Command{
		Use: "window ENV", Short: "Propose a window from the hours of least traffic",
		Long: `Window proposes when releases may come into an environment: in the two hours of the day
with the least traffic, on the days on which they are quiet. It prints what to put into the
spec of the Environment's manifest, and changes nothing.

The edge's requests are counted by hour of the week. Until each hour was watched there is
nothing to propose; it says since when it counts. Silence for a week says nothing.`,
		Example: `  slipway gate window prod
  slipway gate window prod --zone Europe/Berlin`,
		Args: exactly("ENV"), ValidArgsFunction: s.complete(everyEnvironment),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			q, err := c.QuietWindow(ctx, args[0], zone)
			if err != nil {
				return err
			}
			return s.print(q, func(w io.Writer) {
				if !q.Known {
					fmt.Fprintf(w, "No window can be proposed for %s: %s.\n", clean(q.Environment), clean(q.Reason))
					return
				}
				fmt.Fprintf(w, "# For the spec of the Environment %s: %s.\n", clean(q.Environment), clean(q.Reason))
				for line := range strings.Lines(q.Manifest) {
					fmt.Fprintln(w, clean(strings.TrimSuffix(line, "\n")))
				}
			})
		}),
	}
	cmd.Flags().StringVar(&zone, "zone", "", "time zone of the window (Europe/Berlin); default: UTC")
	return cmd
}

// everyEnvironment completes ENV where no service comes before it.
func everyEnvironment(ctx context.Context, c *client.Client, _ []string) ([]string, error) {
	list, err := c.Resources(ctx, "Environment")
	return unique(list, func(r model.Resource) (string, bool) { return r.Name, true }), err
}
