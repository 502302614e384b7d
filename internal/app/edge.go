package app

import (
	"context"
	"log/slog"
	"runtime/debug"
	"time"

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
	if o.TLS.ACMEEmail != "" {
		e.TLS.ACME = &certs.ACME{Email: o.TLS.ACMEEmail, Directory: o.TLS.ACMEDirectory, Roots: o.TLS.ACMERoots}
	}
	return edge.Run(ctx, e)
}
