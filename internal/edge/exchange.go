package edge

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"slipway.dev/internal/edge/count"
	"slipway.dev/internal/wire/edgewire"
)

// exchange is one request and its answer. It is the ReverseProxy's transport, so that
// choosing an instance, and another one after a failure, is in one place; see attempt.go.
type exchange struct {
	edge     *program
	in       *http.Request
	limits   edgewire.Limits
	start    time.Time
	internal bool
	strip    string // prefix that the app does not see

	service  *service
	cell     *count.Cell // counts this request
	upstream *upstream   // holds a place there while not nil
	instance string      // the last one tried
	body     body

	answer  io.ReadCloser // the app's body; exchange itself is the body that is copied
	status  int
	sent    int64
	reason  string // why the edge answered itself
	counted bool
	broken  atomic.Bool // the app's body broke off
}

var (
	buffers = bufferPool{sync.Pool{New: func() any { return new([32 << 10]byte) }}}
	silent  = log.New(io.Discard, "", 0)
)

type bufferPool struct{ sync.Pool }

func (p *bufferPool) Get() []byte  { return p.Pool.Get().(*[32 << 10]byte)[:] }
func (p *bufferPool) Put(b []byte) { p.Pool.Put((*[32 << 10]byte)(b)) }

// serve proxies the request to the service.
func (x *exchange) serve(w http.ResponseWriter, s *service) {
	x.service, x.cell = s, s.none
	if reason, text, status := x.admit(); reason != "" {
		x.refuse(w, status, reason, text)
		return
	}
	if now := s.inFlight.Add(1); now > int64(x.limits.InFlight) {
		s.inFlight.Add(-1)
		x.refuse(w, http.StatusServiceUnavailable, edgewire.Overloaded, "too many requests at once")
		return
	}
	defer x.finish()
	if err := x.body.take(w, x.in, x.limits); err != nil {
		x.fail(w, x.in, err)
		return
	}
	proxy := httputil.ReverseProxy{
		Rewrite: x.rewrite, Transport: x, ModifyResponse: x.answered, ErrorHandler: x.fail,
		BufferPool: &buffers, ErrorLog: silent,
	}
	proxy.ServeHTTP(w, x.in)
}

// admit refuses what no app is to see.
func (x *exchange) admit() (reason, text string, status int) {
	switch {
	case x.in.Method == http.MethodConnect || x.in.Method == http.MethodTrace:
		return edgewire.BadRequest, "method " + x.in.Method + " is not served", http.StatusMethodNotAllowed
	case x.in.ContentLength > x.limits.Body:
		return edgewire.TooLarge, "the request's body is too large", http.StatusRequestEntityTooLarge
	case headerSize(x.in) > x.limits.Header:
		return edgewire.TooLarge, "the request's headers are too large", http.StatusRequestHeaderFieldsTooLarge
	}
	return "", "", 0
}

func headerSize(r *http.Request) int {
	n := len(r.RequestURI) + len(r.Host)
	for name, values := range r.Header {
		for _, v := range values {
			n += len(name) + len(v) + 4
		}
	}
	return n
}

// rewrite makes the request that the app sees.
func (x *exchange) rewrite(p *httputil.ProxyRequest) {
	cleanHeader(p.Out.Header)
	p.SetXForwarded()
	p.Out.URL.Scheme = "http"
	p.Out.URL.RawQuery = p.In.URL.RawQuery // as it was: the edge decides nothing by it
	p.Out.Host = p.In.Host
	if x.strip != "" {
		p.Out.URL.Path = "/" + strings.TrimPrefix(p.Out.URL.Path[len(x.strip):], "/")
		if p.Out.URL.RawPath != "" {
			p.Out.URL.RawPath = "/" + strings.TrimPrefix(p.Out.URL.RawPath[len(x.strip):], "/")
		}
	}
}

// answered sees the app's answer before the client does. It counts it here, so that who
// has an answer finds it counted.
func (x *exchange) answered(res *http.Response) error {
	x.status = res.StatusCode
	x.counted = true
	x.cell.Answered(res.StatusCode, time.Since(x.start))
	res.Header.Del(edgewire.Header)
	if res.StatusCode == http.StatusSwitchingProtocols {
		return nil // its body is a connection, and stays one
	}
	if x.edge.leaving.Load() {
		res.Header.Set("Connection", "close")
	}
	x.answer, res.Body = res.Body, x
	return nil
}

// Read reads the app's answer.
func (x *exchange) Read(p []byte) (int, error) {
	n, err := x.answer.Read(p)
	x.sent += int64(n)
	if err != nil && err != io.EOF && x.in.Context().Err() == nil {
		x.broken.Store(true)
	}
	return n, err
}

// Close closes the app's answer.
func (x *exchange) Close() error { return x.answer.Close() }

// finish gives the place back when all is sent, also when the ReverseProxy aborts by a
// panic because one side broke off.
func (x *exchange) finish() {
	x.body.end()
	if x.upstream != nil {
		x.upstream.release()
	}
	x.service.inFlight.Add(-1)
	if x.broken.Load() {
		x.cell.Cut()
	}
	if !x.counted { // a panic before there was an answer
		x.cell.ClientGone()
	}
	x.log()
}

func (x *exchange) gone() bool { return x.in.Context().Err() == context.Canceled }
