package app

import (
	"crypto/tls"
	"log/slog"
	"net"
	"net/url"

	"slipway.dev/internal/edge/certs"
)

// PageTLS says where the certificate of API and page comes from. At most one source is set;
// with none they speak plain HTTP.
type PageTLS struct {
	CertFile, KeyFile string
	Local             bool // an authority of its own, for localhost
}

// Set says whether there is a certificate.
func (t PageTLS) Set() bool { return t.CertFile != "" || t.KeyFile != "" || t.Local }

// over puts TLS over a listener. A local authority keeps its files in dir.
func (t PageTLS) over(l net.Listener, dir string, log *slog.Logger) (net.Listener, error) {
	if !t.Set() {
		return l, nil
	}
	source, err := certs.Open(certs.Options{CertFile: t.CertFile, KeyFile: t.KeyFile, Local: t.Local}, dir, certs.Ports{}, log)
	if err != nil {
		return l, err
	}
	c := source.TLS()
	c.NextProtos = []string{"http/1.1"} // each stream has a connection of its own, with its deadlines
	return tls.NewListener(l, c), nil
}

// hosts are the names by which API and page may be called.
func (h *house) hosts() []string {
	if u, err := url.Parse(h.URL); err == nil && u.Hostname() != "" {
		return append([]string{u.Hostname()}, h.Hosts...)
	}
	return h.Hosts
}
