package cli

import (
	"net"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"slipway.dev/internal/app"
	"slipway.dev/internal/core/fault"
)

func newUp(s *session) *cobra.Command {
	var verbose bool
	o := app.Options{KeepJournal: 400 * 24 * time.Hour, KeepLogs: 14 * 24 * time.Hour}
	cmd := &cobra.Command{
		Use: "up", Short: "Start a control plane on this machine",
		Long: `Up starts the control plane and stays in the foreground until Ctrl-C or SIGTERM. It
starts the edge, which users' requests go through, if none runs. Both the edge and your
services outlive it: stop, upgrade or kill it, and start it again; it adopts what runs.

State is kept in the data directory (--data): SQLite, artifacts, logs, sockets and the
token for the API's loopback address. With --store it is kept in PostgreSQL; a second
control plane on the same store waits as a standby and takes over when the first is gone.
Give a password in $SLIPWAY_STORE or ~/.pgpass: all users can read the command line.

The API and the page are served at --listen, for this machine only, and on the socket
api.sock in the data directory, for the user who started it.`,
		Example: `  slipway up
  slipway up --data /srv/slipway --edge-http :80
  slipway up --edge-http :80 --edge-https :443 --acme ops@example.org
  slipway up --store postgres://slipway@db.example/slipway`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			abs, err := filepath.Abs(s.data)
			if err != nil {
				return err
			}
			if s.server != "" {
				return fault.New(fault.Invalid, "up starts a control plane here; --server names one elsewhere").WithHint("leave --server and $SLIPWAY_SERVER out")
			}
			if err := onlyLoopback(o.Listen); err != nil {
				return err
			}
			o.Data, o.Socket, o.Out, o.Log = abs, s.socket, s.out, s.log(verbose)
			if o.BuildCache != "" {
				if o.BuildCache, err = filepath.Abs(o.BuildCache); err != nil {
					return err
				}
			}
			return app.Up(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Store, "store", s.env("SLIPWAY_STORE"), "where state is kept: postgres://…; default: SQLite in the data directory ($SLIPWAY_STORE)")
	f.StringVar(&o.Listen, "listen", "127.0.0.1:7700", "loopback address of the API and the page")
	f.StringSliceVar(&o.Hosts, "host", nil, "name by which a proxy in front may call the API and the page")
	f.StringSliceVar(&o.EdgeHTTP, "edge-http", []string{"127.0.0.1:8080"}, "address where the edge takes requests for your services")
	f.StringSliceVar(&o.EdgeHTTPS, "edge-https", nil, "the same with TLS; needs --cert, --acme or --local-authority")
	f.StringVar(&o.EdgeInternal, "edge-internal", "127.0.0.1:7701", "loopback address for calls between services")
	f.StringVar(&o.BuildCache, "build-cache", "", "directory of compilers' caches, which builds share; default: in the data directory")
	f.Var(days{&o.KeepJournal}, "keep-journal", "how long data in the journal is kept; its hashes stay")
	f.Var(days{&o.KeepLogs}, "keep-logs", "how long logs of instances and builds are kept")
	f.IntVar(&o.KeepReleases, "keep-releases", 20, "releases of a service whose artifacts are kept, besides all that are needed")
	f.BoolVarP(&verbose, "verbose", "v", false, "log more")
	tlsFlags(f, &o.TLS)
	return cmd
}

// onlyLoopback refuses an address that other machines could reach: the API speaks no TLS,
// and its token would be read on the way.
func onlyLoopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	if err == nil && (host == "localhost" || ip != nil && ip.IsLoopback()) {
		return nil
	}
	return fault.New(fault.Invalid, "--listen %s is not a loopback address", address).
		WithHint("use 127.0.0.1:PORT; for other machines put a proxy with TLS in front, and name it with --host")
}

// tlsFlags are the flags that say where certificates come from.
func tlsFlags(f *pflag.FlagSet, o *app.TLS) {
	f.StringVar(&o.CertFile, "cert", "", "PEM file with the certificate; read again when it changes")
	f.StringVar(&o.KeyFile, "key", "", "PEM file with the certificate's key")
	f.StringVar(&o.ACMEEmail, "acme", "", "ask an authority (ACME) for certificates, with this mail address")
	f.StringVar(&o.ACMEDirectory, "acme-directory", "", "the authority's directory; default: Let's Encrypt")
	f.StringVar(&o.ACMERoots, "acme-roots", "", "PEM file of the roots that the directory's own certificate is checked by")
	f.BoolVar(&o.Local, "local-authority", false, "sign certificates for localhost with an authority of its own, for trying out")
}
