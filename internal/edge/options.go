package edge

import (
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/edge/certs"
	"slipway.dev/internal/wire/edgewire"
)

// Options say where the edge listens and what it keeps where.
type Options struct {
	AdminSocket string          // path of the unix socket; its folder is made with mode 0700
	StateDir    string          // made with mode 0700: last table, counters, lock, certificates
	HTTP        []string        // addresses, e.g. ":8080"
	HTTPS       []string        // addresses; need TLS
	Internal    []string        // loopback addresses for calls between services
	TLS         certs.Options   // where certificates come from
	AccessLog   string          // path of a file of JSON lines; empty: none
	Limits      edgewire.Limits // used where the table has none
	Linger      time.Duration   // how long a replaced edge keeps idle clients; default 75 s
	Grace       time.Duration   // how long requests may take after ctx is done; default 30 s
	Build       string          // this program's version, for Hello
	Log         *slog.Logger    `json:"-"` // default: slog.Default()
}

// DefaultLimits are those that hold where neither table nor options say otherwise.
var DefaultLimits = edgewire.Limits{
	Connections:  10_000,
	InFlight:     2_000,
	Body:         100 << 20,
	Header:       64 << 10,
	ReadTimeout:  10 * time.Second,
	WriteTimeout: 60 * time.Second,
}

// clientIdle is how long a client's idle connection is kept. It is over the 60 s of most
// load balancers that may stand in front.
const clientIdle = 75 * time.Second

func (o Options) complete() (Options, error) {
	if o.AdminSocket == "" || o.StateDir == "" {
		return o, fault.New(fault.Invalid, "the edge needs an admin socket and a state directory").WithHint("give both paths")
	}
	if len(o.HTTP)+len(o.HTTPS)+len(o.Internal) == 0 {
		return o, fault.New(fault.Invalid, "the edge has no address to listen on").WithHint("give at least one HTTP, HTTPS or internal address")
	}
	if len(o.HTTPS) > 0 && !o.TLS.Set() {
		return o, fault.New(fault.Invalid, "HTTPS on %s without certificates", o.HTTPS[0]).WithHint("give certificate and key files, ACME or the local authority")
	}
	for _, address := range o.Internal {
		if err := checkLoopback(address); err != nil {
			return o, err
		}
	}
	if o.Linger == 0 {
		o.Linger = 75 * time.Second
	}
	if o.Grace == 0 {
		o.Grace = 30 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	o.Limits = limitsOver(o.Limits, DefaultLimits)
	return o, nil
}

// checkLoopback refuses an internal address that others than this machine could reach:
// the internal listener asks nobody who he is.
func checkLoopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	if err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fault.New(fault.Invalid, "internal address %q is not a loopback address", address).WithHint("use 127.0.0.1:PORT")
	}
	return nil
}

// limitsOver takes each limit from over, or from under where over has none.
func limitsOver(over, under edgewire.Limits) edgewire.Limits {
	return edgewire.Limits{
		Connections:  first(over.Connections, under.Connections),
		InFlight:     first(over.InFlight, under.InFlight),
		Body:         first(over.Body, under.Body),
		Header:       first(over.Header, under.Header),
		ReadTimeout:  first(over.ReadTimeout, under.ReadTimeout),
		WriteTimeout: first(over.WriteTimeout, under.WriteTimeout),
	}
}

func first[T int | int64 | time.Duration](a, b T) T {
	if a != 0 {
		return a
	}
	return b
}

// privateDir makes a folder that only this user may enter.
func privateDir(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return fault.New(fault.Internal, "cannot make the folder %s", path).Because(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return fault.New(fault.Internal, "cannot look at the folder %s", path).Because(err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fault.New(fault.Denied, "others may enter the folder %s (mode %o)", path, info.Mode().Perm()).WithHint("chmod 700 %s, or use another folder", path)
	}
	return nil
}

func (o Options) prepareDirs() error {
	for _, dir := range []string{o.StateDir, filepath.Dir(o.AdminSocket)} {
		if err := privateDir(dir); err != nil {
			return err
		}
	}
	if n := len(o.AdminSocket); n > 107 {
		return fault.New(fault.Invalid, "the path of the admin socket has %d bytes, the system allows 107", n).WithHint("use a shorter path: %s", fmt.Sprintf("%.40s…", o.AdminSocket))
	}
	return nil
}
