package cli

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/client/model"
)

func newHistory(s *session) *cobra.Command {
	var q model.DeploymentsQuery
	cmd := &cobra.Command{
		Use: "history [SERVICE [ENV]]", Short: "List deployments and how they ended, latest first",
		Long: `History lists deployments, latest first: of everything, of a service, or of a service
in an environment. It says how each ended and why, and marks hotfixes, broken glass and
trains; slipway release show tells who wrote a release.`,
		Example: `  slipway history
  slipway history tickets prod --limit 5
  slipway history -o json | jq '.[] | select(.outcome == "rolledBack") | .reason'`,
		Args: exactly("[SERVICE]", "[ENV]"), ValidArgsFunction: s.complete(services, environments),
		RunE: func(cmd *cobra.Command, args []string) error {
			for i, field := range []*string{&q.Service, &q.Environment} {
				if i < len(args) {
					*field = args[i]
				}
			}
			c, err := s.connect()
			if err != nil {
				return err
			}
			list, err := c.Deployments(cmd.Context(), q)
			if err != nil {
				return err
			}
			return s.print(list, func(w io.Writer) {
				t := s.table("DEPLOYMENT", "RELEASE", "STRATEGY", "OUTCOME", "CAUSE", "REQUESTED", "TOOK", "SUBJECT", "REASON")
				for _, d := range list {
					t.colored(3, d.ID, marked(d.Release, d.Revoked), d.Strategy, d.Outcome, cause(d), s.ago(d.RequestedAt), seconds(d.Seconds), d.Subject, d.Reason)
				}
				t.write(w)
			})
		},
	}
	cmd.Flags().IntVar(&q.Limit, "limit", 20, "how many at most")
	return cmd
}

// cause says why a deployment was asked for, and in which way it came if not as all do.
func cause(d model.Deployment) string {
	var list []string
	if d.Cause != "" {
		list = append(list, d.Cause)
	}
	if d.Expedite {
		list = append(list, "hotfix")
	}
	if d.Glass != "" {
		list = append(list, "broken glass "+d.Glass)
	}
	if d.Train != "" {
		list = append(list, "train "+d.Train)
	}
	return orDash(strings.Join(list, ", "))
}
