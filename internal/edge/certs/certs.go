// Package certs gives the edge its certificates: from files, from an ACME authority such
// as Let's Encrypt, or from a local authority for trying things out on *.localhost.
package certs

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"path/filepath"

	"slipway.dev/internal/core/fault"
)

// Options say where certificates come from. At most one of the three is set.
type Options struct {
	CertFile, KeyFile string // PEM; read again when they change
	ACME              *ACME
	Local             bool // a local authority for localhost and *.localhost
}

// ACME asks an authority for certificates of all hosts that are routed.
type ACME struct {
	Email     string
	Directory string // URL; empty: Let's Encrypt
	Storage   string // folder; empty: in the state directory
	Roots     string // PEM file of the roots that the directory's own certificate is checked by; empty: the system's
}

// Ports are those of the edge's own listeners; 0: there is none.
type Ports struct{ HTTP, HTTPS int }

// Set says whether there is any source of certificates.
func (o Options) Set() bool { return o.CertFile != "" || o.ACME != nil || o.Local }

// Source gives certificates.
type Source interface {
	// TLS is the configuration of the listeners.
	TLS() *tls.Config
	// Hosts says which hosts are routed now, and returns when what is stored for them serves.
	Hosts(ctx context.Context, hosts []string)
	// Challenge answers an authority's questions over plain HTTP, and leaves the rest to next.
	Challenge(next http.Handler) http.Handler
}

// Open makes the source that the options name; nil without an error if they name none.
func Open(o Options, stateDir string, at Ports, log *slog.Logger) (Source, error) {
	n := 0
	for _, set := range []bool{o.CertFile != "" || o.KeyFile != "", o.ACME != nil, o.Local} {
		if set {
			n++
		}
	}
	switch {
	case n > 1:
		return nil, fault.New(fault.Invalid, "certificates from files, ACME and the local authority exclude each other").WithHint("choose one")
	case o.CertFile != "" || o.KeyFile != "":
		return openFiles(o.CertFile, o.KeyFile, log)
	case o.ACME != nil:
		return openACME(*o.ACME, stateDir, at, log)
	case o.Local:
		return OpenAuthority(filepath.Join(stateDir, "authority"))
	}
	return nil, nil
}

// fixed is what sources have in common that need no hosts and answer no challenge.
type fixed struct{}

func (fixed) Hosts(context.Context, []string)          {}
func (fixed) Challenge(next http.Handler) http.Handler { return next }

func base() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
}
