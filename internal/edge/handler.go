package edge

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"slipway.dev/internal/edge/route"
	"slipway.dev/internal/wire/edgewire"
)

// internalPrefix is where the internal listener has services: /_svc/ENVIRONMENT/SERVICE/…
const internalPrefix = "/_svc/"

// public serves what comes from outside.
func (p *program) public(w http.ResponseWriter, r *http.Request) {
	t := p.table.Load()
	x := &exchange{edge: p, in: r, limits: t.limits, start: time.Now()}
	path, ok := route.Clean(r.URL.Path)
	if !ok {
		x.refuse(w, http.StatusBadRequest, edgewire.BadRequest, "the path must begin with / and have no . or .. segment")
		return
	}
	s, ok := t.routes.Find(r.Host, path)
	if !ok {
		x.unrouted(w, "no service is routed at this host and path")
		return
	}
	x.serve(w, s)
}

// internal serves calls between services. Its listener is on loopback only; a browser
// that was tricked into calling it sends the name of another host.
func (p *program) internal(w http.ResponseWriter, r *http.Request) {
	t := p.table.Load()
	x := &exchange{edge: p, in: r, limits: t.limits, start: time.Now(), internal: true}
	if !isLoopback(r.Host) {
		x.refuse(w, http.StatusBadRequest, edgewire.BadRequest, "calls between services name 127.0.0.1 or localhost as their host")
		return
	}
	key, prefix, ok := internalService(r.URL.Path)
	if _, clean := route.Clean(r.URL.Path); !ok || !clean || r.URL.RawPath != "" && !strings.HasPrefix(r.URL.RawPath, prefix) {
		x.refuse(w, http.StatusBadRequest, edgewire.BadRequest, "calls between services go to "+internalPrefix+"ENVIRONMENT/SERVICE/…")
		return
	}
	s := t.services[key]
	if s == nil {
		x.unrouted(w, "no such service in this environment")
		return
	}
	x.strip = prefix
	x.serve(w, s)
}

// internalService cuts "/_svc/dev/payments/charges" into the service's key
// "dev/payments" and the prefix "/_svc/dev/payments".
func internalService(path string) (key, prefix string, ok bool) {
	rest, ok := strings.CutPrefix(path, internalPrefix)
	if !ok {
		return "", "", false
	}
	environment, rest, ok := strings.Cut(rest, "/")
	if !ok || environment == "" {
		return "", "", false
	}
	name, _, _ := strings.Cut(rest, "/")
	key = serviceKey(environment, name)
	return key, internalPrefix + key, name != ""
}

func isLoopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && ip.IsLoopback()
}
