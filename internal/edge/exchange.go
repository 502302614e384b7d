package edge

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"slipway.dev/internal/wire/edgewire"
)

// exchange is one request and its answer; see forward.go and upgrade.go for the two ways
// it goes, and attempt.go for how both choose an instance, and another one after a failure.
type exchange struct {
	edge     *program
	in       *http.Request
	limits   edgewire.Limits
	start    time.Time
	internal bool
	strip    string // prefix that the app does not see

	service  *service
	group    *group    // counts this request
	chosen   *group    // by weight or user; nil: not yet
	upstream *upstream // holds a place there while not nil
	instance string    // the last one tried
	body     body

	user  string // identity that came with the request
	fresh string // identity that the client gets with the answer
	jar   string // name of the cookie for it
	drawn bool   // lot is set
	lot   uint64
	hits  []hit // steps of flows that it is of
	few   [4]hit
	erred bool // it is counted as an error

	answer  io.ReadCloser // the app's body; exchange itself is the body that is copied
	status  int
	sent    int64
	reason  string // why the edge answered itself
	counted bool
	broken  atomic.Bool // the app's body broke off
	tunnel  *tunnel     // after a switch of protocols
}

var buffers = bufferPool{sync.Pool{New: func() any { return new([32 << 10]byte) }}}

type bufferPool struct{ sync.Pool }

func (p *bufferPool) Get() []byte  { return p.Pool.Get().(*[32 << 10]byte)[:] }
func (p *bufferPool) Put(b []byte) { p.Pool.Put((*[32 << 10]byte)(b)) }

// serve proxies the request to the service.
func (x *exchange) serve(w http.ResponseWriter, s *service) {
	x.enter(s)
	if reason, text, status := x.admit(); reason != "" {
		x.refuse(w, status, reason, text)
		return
	}
	if now := s.inFlight.Add(1); now > int64(x.limits.InFlight) {
		s.inFlight.Add(-1)
		x.refuse(w, http.StatusServiceUnavailable, edgewire.Overloaded, "too many requests at once")
		return
	}
	if len(x.in.Header["Upgrade"]) > 0 {
		x.carry(w, x.upgrade)
		return
	}
	x.carry(w, x.forward)
}

// carry takes the request to an app, in one of the two ways, and gives its place back.
func (x *exchange) carry(w http.ResponseWriter, way func(http.ResponseWriter)) {
	defer x.finish()
	if err := x.body.take(w, x.in, x.limits); err != nil {
		x.fail(w, x.in, err)
		return
	}
	if t := x.service.trouble; t != nil && x.suffer(w, t) {
		return
	}
	way(w)
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

// target makes out go to where the app has what was asked for.
func (x *exchange) target(out *http.Request) {
	out.URL.Scheme = "http"
	out.URL.RawQuery = x.in.URL.RawQuery // as it was: the edge decides nothing by it
	out.Host = x.in.Host
	if x.strip != "" {
		out.URL.Path = "/" + strings.TrimPrefix(out.URL.Path[len(x.strip):], "/")
		if out.URL.RawPath != "" {
			out.URL.RawPath = "/" + strings.TrimPrefix(out.URL.RawPath[len(x.strip):], "/")
		}
	}
}

// answered sees the app's answer, and the headers that are left of it, before the client
// does. It counts it here, so that who has an answer finds it counted.
func (x *exchange) answered(res *http.Response, h http.Header) {
	x.status = res.StatusCode
	x.counted = true
	took := time.Since(x.start)
	x.group.cell.Answered(res.StatusCode, took)
	x.count(res.StatusCode, took, res.StatusCode >= http.StatusInternalServerError)
	h.Del(edgewire.Header)
	if x.fresh != "" {
		setCookie(h, x.jar, x.fresh, x.in.TLS != nil)
	}
	if res.StatusCode == http.StatusSwitchingProtocols {
		return // its body is a connection, and stays one
	}
	if x.edge.leaving.Load() {
		h.Set("Connection", "close")
	}
	x.answer = res.Body
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
		x.breakOff()
	}
	if !x.counted { // a panic before there was an answer
		x.group.cell.ClientGone()
	}
	received := x.body.received()
	if t := x.tunnel; t != nil {
		received, x.sent = received+t.received.Load(), t.sent.Load()
	}
	x.group.cell.Bytes(received, x.sent)
	x.log()
}

func (x *exchange) gone() bool { return x.in.Context().Err() == context.Canceled }
