package cli

import (
	"context"
	"io"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// UpOptions are what `slipway up` was told.
type UpOptions struct {
	Data         string // absolute
	Socket       string // of the API, absolute
	Store        string // URL; empty: SQLite in the data directory
	Listen       string // of API and page, a loopback address
	Hosts        []string
	EdgeHTTP     []string
	EdgeHTTPS    []string
	EdgeInternal string
	TLS          TLSOptions
	KeepJournal  time.Duration
	KeepLogs     time.Duration
	KeepReleases int
	Verbose      bool
	Out          io.Writer // for the few lines that a person who starts it reads
	Log          io.Writer
}

// TLSOptions say where the edge's certificates come from. At most one source is set.
type TLSOptions struct {
	CertFile, KeyFile string
	ACMEEmail         string
	ACMEDirectory     string
	ACMERoots         string
	Local             bool
}

// EdgeOptions are what `slipway edge` was told.
type EdgeOptions struct {
	AdminSocket, StateDir string
	HTTP, HTTPS, Internal []string
	TLS                   TLSOptions
	AccessLog             string
	Linger, Grace         time.Duration
}

// RestoreOptions are what `slipway restore` was told.
type RestoreOptions struct {
	Data  string // absolute; must be empty or not there
	Store string // URL; empty: SQLite in the data directory
}

// house is what the command line starts of the house, beside talking to it.
var house struct {
	up      func(context.Context, UpOptions) error
	edge    func(context.Context, EdgeOptions) error
	restore func(context.Context, RestoreOptions, io.Reader) error
	starter func(ctx context.Context, dir string) (model.File, []string, error)
}

func missing(what string) error {
	return fault.New(fault.Internal, "this program was built without %s", what)
}
