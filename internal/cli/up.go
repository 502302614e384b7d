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
	var verbose, insecure bool
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

The API and the page are served at --listen, and on the socket api.sock in the data
directory, for the user who started it. For other machines they need a certificate
(--tls-cert, --tls-key), or a proxy with TLS in front; --url is then their address.

As long as there is no account, each start prints a link that makes the first one.`,
		Example: `  slipway up
  slipway up --data /srv/slipway --edge-http :80
  slipway up --edge-http :80 --edge-https :443 --acme ops@example.org
  slipway up --listen :7700 --url https://slipway.example --tls-cert c.pem --tls-key k.pem
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
			if !insecure && !o.PageTLS.Set() {
				if err := onlyLoopback(o.Listen); err != nil {
					return err
				}
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
	f.StringVar(&o.Listen, "listen", "127.0.0.1:7700", "address of the API and the page; of loopback, or with TLS")
	f.StringVar(&o.URL, "url", "", "address of the page as browsers call it, e.g. https://slipway.example; default: that of --listen")
	f.StringVar(&o.PageTLS.CertFile, "tls-cert", "", "PEM file with the certificate of the API and the page; read again when it changes")
	f.StringVar(&o.PageTLS.KeyFile, "tls-key", "", "PEM file with that certificate's key")
	f.BoolVar(&o.PageTLS.Local, "tls-self", false, "sign that certificate with an authority of its own, for localhost; for trying out")
	f.BoolVar(&insecure, "insecure-listen", false, "serve the API and the page to other machines without TLS: passwords can be read on the way")
	f.StringVar(&o.OIDC.Issuer, "oidc-issuer", "", "identity provider that people may sign in with (OpenID Connect)")
	f.StringVar(&o.OIDC.Client, "oidc-client", "", "client ID that the provider knows us by; its redirect is URL/session/callback")
	f.StringVar(&o.OIDC.Secret, "oidc-secret", "", "name of the secret that proves it (slipway secret set NAME)")
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

// onlyLoopback refuses an address that other machines could reach: without TLS, passwords
// and tokens would be read on the way.
func onlyLoopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	if err == nil && (host == "localhost" || ip != nil && ip.IsLoopback()) {
		return nil
	}
	return fault.New(fault.Invalid, "--listen %s is not a loopback address", address).
		WithHint("use 127.0.0.1:PORT; for other machines give a certificate (--tls-cert, --tls-key), or put a proxy with TLS in front and name it with --url")
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
