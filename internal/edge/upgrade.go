package edge

import (
	"io"
	"log"
	"net/http"
	"net/http/httptrace"
	"net/http/httputil"
	"net/textproto"
	"sync/atomic"
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
	} else if both, ok := res.Body.(io.ReadWriteCloser); ok {
		x.tunnel = &tunnel{ReadWriteCloser: both}
		res.Body = x.tunnel
	}
	return nil
}

// tunnel is the connection to an app after a switch of protocols. It counts bytes.
type tunnel struct {
	io.ReadWriteCloser
	received, sent atomic.Int64
}

// Read reads what the app sends to the client.
func (t *tunnel) Read(p []byte) (int, error) {
	n, err := t.ReadWriteCloser.Read(p)
	t.sent.Add(int64(n))
	return n, err
}

// Write gives the app what the client sent.
func (t *tunnel) Write(p []byte) (int, error) {
	n, err := t.ReadWriteCloser.Write(p)
	t.received.Add(int64(n))
	return n, err
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
