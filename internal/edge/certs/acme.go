package certs

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/caddyserver/certmagic"

	"slipway.dev/internal/core/fault"
)

// acme gets certificates from an ACME authority and renews them.
type acme struct {
	config *certmagic.Config
	issuer *certmagic.ACMEIssuer
	log    *slog.Logger
}

func openACME(o ACME, stateDir string, log *slog.Logger) (*acme, error) {
	if o.Storage == "" {
		o.Storage = filepath.Join(stateDir, "acme")
	}
	if o.Directory == "" {
		o.Directory = certmagic.LetsEncryptProductionCA
	}
	var roots *x509.CertPool
	if o.Roots != "" {
		pem, err := os.ReadFile(o.Roots)
		roots = x509.NewCertPool()
		if err != nil || !roots.AppendCertsFromPEM(pem) {
			return nil, fault.New(fault.Invalid, "no root certificates in %s", o.Roots).Because(err)
		}
	}
	a := &acme{log: log}
	cache := certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert: func(certmagic.Certificate) (*certmagic.Config, error) { return a.config, nil },
	})
	a.config = certmagic.New(cache, certmagic.Config{Storage: &certmagic.FileStorage{Path: o.Storage}})
	a.issuer = certmagic.NewACMEIssuer(a.config, certmagic.ACMEIssuer{
		CA: o.Directory, Email: o.Email, Agreed: true, TrustedRoots: roots,
	})
	a.config.Issuers = []certmagic.Issuer{a.issuer}
	return a, nil
}

// TLS is the configuration of the listeners.
func (a *acme) TLS() *tls.Config {
	c := a.config.TLSConfig()
	c.MinVersion = tls.VersionTLS12
	c.NextProtos = append([]string{"h2", "http/1.1"}, c.NextProtos...)
	return c
}

// Hosts starts getting what is missing. Names that no authority may issue are left out.
func (a *acme) Hosts(ctx context.Context, hosts []string) {
	var names []string
	for _, h := range hosts {
		if h != "localhost" && !strings.HasSuffix(h, ".localhost") && certmagic.SubjectQualifiesForPublicCert(h) {
			names = append(names, h)
		}
	}
	if len(names) == 0 {
		return
	}
	if err := a.config.ManageAsync(ctx, names); err != nil {
		a.log.Warn("certificates cannot be managed", "hosts", names, "error", err)
	}
}

// Challenge answers the authority's questions over plain HTTP.
func (a *acme) Challenge(next http.Handler) http.Handler { return a.issuer.HTTPChallengeHandler(next) }
