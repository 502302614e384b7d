package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"slipway.dev/client/model"
)

func newLogs(s *session) *cobra.Command {
	var q model.LogsQuery
	cmd := &cobra.Command{
		Use: "logs SERVICE [ENV]", Short: "Print what a service, or its build, printed",
		Long: `Logs prints the last lines of a service's instances in an environment, and with
--follow goes on until Ctrl-C. With --release it prints the log of that release's build;
ENV is not needed then.

Each line begins with its instance. Lines of standard error go to standard error.`,
		Example: `  slipway logs tickets prod -f
  slipway logs tickets prod --instance tickets.prod.12.0 --tail 50
  slipway logs tickets --release 3f2a91c
  slipway logs tickets prod -o json | jq -r .text`,
		Args: exactly("SERVICE", "[ENV]"), ValidArgsFunction: s.complete(services, environments),
		RunE: func(cmd *cobra.Command, args []string) error {
			q.Service = args[0]
			switch {
			case len(args) == 2:
				q.Environment = args[1]
			case q.Release == "":
				return exactly("SERVICE", "ENV")(cmd, args)
			}
			c, err := s.connect()
			if err != nil {
				return err
			}
			return c.Logs(cmd.Context(), q, s.logLine)
		},
	}
	cmd.Flags().BoolVarP(&q.Follow, "follow", "f", false, "go on with what is printed from now on")
	cmd.Flags().IntVar(&q.Tail, "tail", 200, "last lines to begin with; 0: all that are kept; -1: none")
	cmd.Flags().StringVar(&q.Instance, "instance", "", "only of this instance")
	cmd.Flags().StringVar(&q.Release, "release", "", "the log of this release's build")
	s.completeFlag(cmd, "release", 1, releases)
	return cmd
}

// logLine prints a line. For a pipe it is what the program printed, byte for byte.
func (s *session) logLine(l model.LogLine) error {
	return s.line(l, func(w io.Writer) {
		if l.Stream == "stderr" {
			w = s.err
		}
		text := l.Text
		if terminal(w) {
			text = printed(text)
		}
		fmt.Fprintf(w, "%s %s\n", s.paint(w)("dim", clean(l.Origin)), text)
	})
}
