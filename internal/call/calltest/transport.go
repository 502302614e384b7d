package calltest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
)

// Transport has servers of a test answer for hosts of the world, over HTTP also where https is
// asked. Other hosts are not known. It is for call.Options.Transport.
func Transport(hosts map[string]*httptest.Server) http.RoundTripper { return transport(hosts) }

type transport map[string]*httptest.Server

// RoundTrip gives the server's response as that of the host.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	server, ok := t[r.URL.Hostname()]
	if !ok {
		return nil, fmt.Errorf("no server of the test is %s", r.URL.Hostname())
	}
	at, err := url.Parse(server.URL)
	if err != nil {
		return nil, err
	}
	sent := r.Clone(r.Context())
	sent.URL.Scheme, sent.URL.Host = at.Scheme, at.Host
	if sent.Host == "" {
		sent.Host = r.URL.Host
	}
	response, err := server.Client().Transport.RoundTrip(sent)
	if err != nil {
		return nil, err
	}
	response.Request = r
	return response, nil
}
