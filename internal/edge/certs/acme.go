package certs

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/caddyserver/certmagic"
	"go.uber.org/zap"

	"slipway.dev/internal/core/fault"
)

// acme gets certificates from an ACME authority and renews them.
type acme struct {
	config *certmagic.Config
	cache  *certmagic.Cache
	issuer *certmagic.ACMEIssuer
	log    *slog.Logger

	mu      sync.Mutex
	managed map[string]context.CancelFunc // by host; ends what is under way for it
}

func openACME(o ACME, stateDir string, at Ports, log *slog.Logger) (*acme, error) {
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
	a := &acme{log: log, managed: map[string]context.CancelFunc{}}
	logger := zap.New(zapToSlog{log})
	a.cache = certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert: func(certmagic.Certificate) (*certmagic.Config, error) { return a.config, nil },
		Logger:           logger,
	})
	a.config = certmagic.New(a.cache, certmagic.Config{
		Storage: &certmagic.FileStorage{Path: o.Storage}, Logger: logger, OnEvent: a.event,
		// It would ask a responder, without a time limit, whenever a certificate is loaded:
		// that must not keep an edge from starting.
		OCSP: certmagic.OCSPConfig{DisableStapling: true},
	})
	a.issuer = certmagic.NewACMEIssuer(a.config, certmagic.ACMEIssuer{
		CA: o.Directory, Email: o.Email, Agreed: true, TrustedRoots: roots, Logger: logger,
		// The edge's own listeners answer challenges. Without their ports certmagic would
		// open 80 and 443, which an unprivileged edge behind a port forward may not.
		AltHTTPPort: at.HTTP, DisableHTTPChallenge: at.HTTP == 0,
		AltTLSALPNPort: at.HTTPS, DisableTLSALPNChallenge: at.HTTPS == 0,
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

// Hosts loads what is stored for hosts that are new, and starts getting and renewing the
// rest. Names that no authority may issue are left out. What is no longer routed is
// neither served nor renewed any more.
func (a *acme) Hosts(ctx context.Context, hosts []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for h, stop := range a.managed {
		if !slices.Contains(hosts, h) {
			stop()
			delete(a.managed, h)
			a.cache.RemoveManaged([]certmagic.SubjectIssuer{{Subject: h}})
		}
	}
	loaded := false
	for _, h := range hosts {
		if a.managed[h] == nil && issuable(h) {
			loaded = a.manage(ctx, h) || loaded
		}
	}
	if loaded {
		go func() { _ = a.cache.RenewManagedCertificates(ctx) }() // what is due; it logs what fails
	}
}

// manage loads a host's stored certificate, or starts getting one.
func (a *acme) manage(ctx context.Context, host string) (loaded bool) {
	ctx, a.managed[host] = context.WithCancel(ctx)
	if _, err := a.config.CacheManagedCertificate(ctx, host); err == nil {
		return true
	}
	if err := a.config.ManageAsync(ctx, []string{host}); err != nil {
		a.log.Error("the host's certificate cannot be managed", "host", host, "error", err)
	}
	return false
}

func issuable(host string) bool {
	return host != "localhost" && !strings.HasSuffix(host, ".localhost") && certmagic.SubjectQualifiesForPublicCert(host)
}

// event logs what operators want to know of certmagic's progress.
func (a *acme) event(_ context.Context, name string, data map[string]any) error {
	if name == "cert_obtained" {
		a.log.Info("the authority gave a certificate", "host", data["identifier"], "renewal", data["renewal"], "authority", data["issuer"])
	}
	return nil
}

// Challenge answers the authority's questions over plain HTTP.
func (a *acme) Challenge(next http.Handler) http.Handler { return a.issuer.HTTPChallengeHandler(next) }
