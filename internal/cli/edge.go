package cli

import (
	"github.com/spf13/cobra"

	"slipway.dev/internal/app"
)

func newEdge(s *session) *cobra.Command {
	var o app.EdgeOptions
	cmd := &cobra.Command{
		Use: "edge", Short: "Run the proxy that users' requests go through",
		Long: `Edge is the proxy in front of your services. "slipway up" starts one by itself; run it
by hand only to have it as a system service of its own.

It takes its routes from the control plane, keeps the last ones in a file, and outlives
the control plane. A second edge with the same state directory takes the first one's
listeners over, without a refused connection.`,
		Example: `  slipway edge --admin-socket /run/slipway/edge.sock --state-dir /var/lib/slipway/edge --http :80
  slipway edge --admin-socket /run/slipway/edge.sock --state-dir /var/lib/slipway/edge \
    --http :80 --https :443 --acme ops@example.org`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Log = s.log(false)
			return app.Edge(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.AdminSocket, "admin-socket", "", "socket that the control plane calls; required")
	f.StringVar(&o.StateDir, "state-dir", "", "directory for routes, counters and certificates; required")
	f.StringSliceVar(&o.HTTP, "http", nil, "address to listen on")
	f.StringSliceVar(&o.HTTPS, "https", nil, "address to listen on with TLS")
	f.StringSliceVar(&o.Internal, "internal", nil, "loopback address for calls between services")
	f.StringVar(&o.AccessLog, "access-log", "", "file for a JSON line per request")
	f.DurationVar(&o.Linger, "linger", 0, "how long a replaced edge keeps idle clients; default 75s")
	f.DurationVar(&o.Grace, "grace", 0, "how long requests may take after a stop; default 30s")
	tlsFlags(f, &o.TLS)
	return cmd
}
