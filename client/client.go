// Package client is the typed client of Slipway's HTTP API. It speaks to a control plane
// over its unix socket, or over HTTP with a token.
//
//	c, err := client.New(client.Options{Socket: "/var/lib/slipway/slipway.sock"})
//	r, err := c.Deploy(ctx, model.DeployRequest{Service: "tickets", Environment: "dev"})
//	lane, err := c.Lane(client.Await(ctx, r.Position), "tickets", "dev") // sees the deployment
//
// Every error that a call returns is an *Error, or the context's own.
package client

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Options says where the control plane is. Exactly one of Socket and URL is set.
type Options struct {
	Socket string // path of the unix socket; the control plane knows the caller by its user
	URL    string // e.g. "http://127.0.0.1:7700"
	Token  string // with URL; sent with TLS only, or to this machine
	// Patience is how long a read is tried again while nothing answers; 0: not at all.
	// A write is never tried again.
	Patience time.Duration
}

// Client calls one control plane. It may be used by several goroutines.
type Client struct {
	base     string // without a trailing slash
	place    string // how to name the control plane to a person
	token    string
	open     bool // others can read what is sent
	patience time.Duration
	http     *http.Client
}

// New makes a client. It does not connect yet.
func New(o Options) (*Client, error) {
	c := &Client{token: o.Token, patience: o.Patience}
	transport := &http.Transport{
		MaxIdleConnsPerHost:   4,
		IdleConnTimeout:       30 * time.Second,
		ResponseHeaderTimeout: 2 * time.Minute,
	}
	switch {
	case o.Socket != "" && o.URL != "":
		return nil, invalid("a control plane has a socket or a URL, not both")
	case o.Socket != "":
		c.base, c.place = "http://localhost", o.Socket
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", o.Socket)
		}
	default:
		u, err := url.Parse(o.URL)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return nil, invalid("%q is not the address of a control plane; it is like http://127.0.0.1:7700", o.URL)
		}
		c.open = u.Scheme == "http" && !loopback(u.Hostname())
		if o.Token != "" && c.open {
			return nil, invalid("%s has no TLS: the token could be read on the way", o.URL)
		}
		c.base, c.place = strings.TrimRight(o.URL, "/"), o.URL
	}
	// A redirect could carry the token elsewhere; the API never sends one.
	c.http = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	return c, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Place is where the control plane is, for a person: the socket's path or the URL.
func (c *Client) Place() string { return c.place }

// Close closes idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

type awaitKey struct{}

// Await makes reads with the context wait until they see what was written at position,
// the Position of a Receipt.
func Await(ctx context.Context, position int64) context.Context {
	return context.WithValue(ctx, awaitKey{}, position)
}
