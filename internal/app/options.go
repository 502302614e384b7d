package app

import (
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Options of a control plane.
type Options struct {
	Data         string // directory, absolute; see Dirs
	Socket       string // of the API
	Store        string // address; empty: SQLite in Data
	Listen       string // address of API and page
	URL          string // address of the page as browsers call it; empty: that of Listen
	PageTLS      PageTLS
	OIDC         OIDC
	Hosts        []string
	EdgeHTTP     []string
	EdgeHTTPS    []string
	EdgeInternal string
	TLS          TLS
	BuildCache   string        // absolute directory of what builds share; empty: in Data
	KeepJournal  time.Duration // data of the journal; 0: for ever
	KeepLogs     time.Duration
	KeepReleases int // of each service, besides those that are needed
	Out          io.Writer
	Log          *slog.Logger
}

// TLS says where the edge has its certificates from. At most one source is set.
type TLS struct {
	CertFile, KeyFile string
	ACMEEmail         string
	ACMEDirectory     string
	ACMERoots         string
	Local             bool
}

// Flags are the command line's words for it.
func (t TLS) Flags() []string {
	var args []string
	add := func(flag, value string) {
		if value != "" {
			args = append(args, flag, value)
		}
	}
	add("--cert", abs(t.CertFile))
	add("--key", abs(t.KeyFile))
	add("--acme", t.ACMEEmail)
	add("--acme-directory", t.ACMEDirectory)
	add("--acme-roots", abs(t.ACMERoots))
	if t.Local {
		args = append(args, "--local-authority")
	}
	return args
}

// abs makes a path say the same in the edge, which has another working directory.
func abs(path string) string {
	if path == "" {
		return ""
	}
	if a, err := filepath.Abs(path); err == nil {
		return a
	}
	return path
}

// edgeArgs is the command line of the edge that this control plane would start.
func (o Options) edgeArgs(d Dirs) []string {
	args := []string{"edge", "--admin-socket", d.EdgeSocket(), "--state-dir", d.Edge(), "--access-log", d.at("edge", "access.jsonl")}
	for _, list := range []struct {
		flag      string
		addresses []string
	}{{"--http", o.EdgeHTTP}, {"--https", o.EdgeHTTPS}, {"--internal", []string{o.EdgeInternal}}} {
		if addresses := slices.DeleteFunc(slices.Clone(list.addresses), func(a string) bool { return a == "" }); len(addresses) > 0 {
			args = append(args, list.flag, strings.Join(addresses, ","))
		}
	}
	return append(args, o.TLS.Flags()...)
}

func (o Options) storeAddress(d Dirs) string {
	if o.Store != "" {
		return o.Store
	}
	return d.Store()
}
