package edge

import (
	"io"
	"log"
	"net/http"
	"net/http/httptrace"
	"net/http/httputil"
	"net/textproto"
)

var silent = log.New(io.Discard, "", 0)

// upgrade carries a request that asks for another protocol. The ReverseProxy does what
// that takes, from the handshake to copying in both directions.
func (x *exchange) upgrade(w http.ResponseWriter) {
	proxy := httputil.ReverseProxy{
		Rewrite: x.rewrite, Transport: transport{x}, ModifyResponse: x.modify, ErrorHandler: x.fail,
		BufferPool: &buffers, ErrorLog: silent,
	}
	proxy.ServeHTTP(w, x.in)
}

// rewrite makes the request that the app sees.
func (x *exchange) rewrite(p *httputil.ProxyRequest) {
	cleanHeader(p.Out.Header)
	p.SetXForwarded()
	x.target(p.Out)
}

func (x *exchange) modify(res *http.Response) error {
	x.answered(res, res.Header)
	if res.StatusCode != http.StatusSwitchingProtocols {
		res.Body = x
	}
	return nil
}

// transport is an exchange as the ReverseProxy wants to have it.
type transport struct{ x *exchange }

// RoundTrip sends the request to an instance.
func (t transport) RoundTrip(out *http.Request) (*http.Response, error) {
	trace := httptrace.ContextClientTrace(out.Context())
	return t.x.send(out.WithContext(t.x.in.Context()), func(status int, h http.Header) error {
		return trace.Got1xxResponse(status, textproto.MIMEHeader(h))
	})
}
