package app

import (
	"context"
	"log/slog"
	"runtime/debug"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/edge"
	"slipway.dev/internal/edge/certs"
)

// EdgeOptions are those of an edge as a program of its own.
type EdgeOptions struct {
	AdminSocket, StateDir string
	HTTP, HTTPS, Internal []string
	TLS                   TLS
	AccessLog             string
	Linger, Grace         time.Duration
	Log                   *slog.Logger
}

// Edge runs an edge until ctx ends or another one takes its place.
func Edge(ctx context.Context, o EdgeOptions) error {
	// The edge's memory is short-lived buffers: collecting less often costs a few MB and
	// saves a tenth of its CPU time. The limit keeps that from growing under load.
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(512 << 20)
	e := edge.Options{
		AdminSocket: o.AdminSocket, StateDir: o.StateDir, HTTP: o.HTTP, HTTPS: o.HTTPS, Internal: o.Internal,
		TLS:       certs.Options{CertFile: o.TLS.CertFile, KeyFile: o.TLS.KeyFile, Local: o.TLS.Local},
		AccessLog: o.AccessLog, Linger: o.Linger, Grace: o.Grace, Build: buildName(), Log: o.Log,
	}
	switch t := o.TLS; {
	case t.ACMEEmail == "" && (t.ACMEDirectory != "" || t.ACMERoots != ""):
		return fault.New(fault.Invalid, "--acme-directory and --acme-roots say how to ask an authority, but no mail address is given").
			WithHint("give one with --acme")
	case t.ACMEEmail != "" && len(o.HTTPS) == 0:
		return fault.New(fault.Invalid, "certificates are to be asked for with --acme, but nothing listens with TLS").
			WithHint("say where with --https (of slipway up: --edge-https)")
	case t.ACMEEmail != "":
		e.TLS.ACME = &certs.ACME{Email: o.TLS.ACMEEmail, Directory: o.TLS.ACMEDirectory, Roots: o.TLS.ACMERoots}
	}
	return edge.Run(ctx, e)
}
