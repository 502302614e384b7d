// Package netguard makes requests for users: to addresses that they, or those whom they ask,
// have chosen. Such a request must not reach what only this machine can: the metadata service
// of a cloud, link-local addresses, and, unless it is allowed, private networks and the machine
// itself.
//
// The address is judged when it is dialled, after names were looked up, so that a name that
// means something else a moment later gets nobody in; and for each redirect anew. No proxy of
// the environment is used: it would be asked to look up the name itself.
package netguard

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// Policy says what may be reached besides public addresses.
type Policy struct {
	Private bool // private networks and this machine's loopback
}

// Refused says that an address may not be reached.
type Refused struct {
	Addr    netip.Addr
	Why     string
	Private bool // it may be reached where Policy.Private is set
}

// Error gives the text.
func (r *Refused) Error() string { return fmt.Sprintf("%s may not be reached: %s", r.Addr, r.Why) }

// Check says why an address may not be reached; nil: it may.
func (p Policy) Check(a netip.Addr) error {
	switch inner, kind := classOf(a); {
	case kind == never:
		return &Refused{Addr: a, Why: "it is " + nameOf(inner)}
	case kind == private && !p.Private:
		return &Refused{Addr: a, Private: true, Why: "it is in a private network (an Integration may be allowed to: private: true)"}
	}
	return nil
}

// Control is for net.Dialer: it judges an address that is about to be connected to.
func (p Policy) Control(network, address string, _ syscall.RawConn) error {
	switch network {
	case "tcp4", "tcp6":
	default:
		return fmt.Errorf("a connection over %s is not made for users", network)
	}
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%q is no address: %w", address, err)
	}
	return p.Check(at.Addr())
}

// Dialer gives a dialer that connects only to what may be reached.
func (p Policy) Dialer(timeout time.Duration) *net.Dialer {
	return &net.Dialer{Timeout: timeout, Control: p.Control}
}

// maxRedirects bounds how many redirects are followed.
const maxRedirects = 5

// Client gives an HTTP client that connects only to what may be reached. The timeout is for
// a whole request.
func (p Policy) Client(timeout time.Duration) *http.Client {
	transport := p.Transport()
	transport.ResponseHeaderTimeout = timeout
	return &http.Client{Timeout: timeout, CheckRedirect: CheckRedirect, Transport: transport}
}

// Transport gives what connects only to what may be reached. It bounds the time of connecting
// and the length of headers; the time of a whole request is the caller's to bound.
func (p Policy) Transport() *http.Transport {
	dialer := p.Dialer(10 * time.Second)
	return &http.Transport{
		Proxy: nil,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, address)
		},
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        30 * time.Second,
	}
}

// CheckRedirect is for http.Client: it follows a few redirects that stay with HTTP and do not take TLS away. Where
// they lead is judged when it is dialled.
func CheckRedirect(r *http.Request, via []*http.Request) error {
	switch {
	case len(via) >= maxRedirects:
		return fmt.Errorf("over %d redirects", maxRedirects)
	case r.URL.Scheme != "https" && r.URL.Scheme != "http":
		return fmt.Errorf("a redirect to %s is not followed", r.URL.Scheme)
	case r.URL.Scheme == "http" && via[len(via)-1].URL.Scheme == "https":
		return errors.New("a redirect from https to http is not followed")
	}
	return nil
}
