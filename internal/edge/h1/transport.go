// Package h1 carries plain requests to one HTTP/1.1 server at a third less CPU than
// http.Transport: no goroutine belongs to a connection, the caller's writes and reads.
//
// It writes and reads messages with the standard library, and leaves to http.Transport
// what needs two things at once: large or streamed bodies, upgrades, Expect.
package h1

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// MaxBody is the size up to which a body is written before the answer is read. It fits
// into the sockets' buffers, so that a server that answers before it reads cannot block.
const MaxBody = 16 << 10

// Options say how to talk to the server. All must be set.
type Options struct {
	Address   string // host:port
	Dial      time.Duration
	Idle      time.Duration // how long unused connections are kept
	Header    time.Duration // until the answer's headers are there
	MaxIdle   int           // unused connections
	MaxHeader int64         // bytes of an answer's headers
}

// Inform is told the answers that come before the answer (1xx). Its error ends the request.
type Inform func(status int, header http.Header) error

// Transport carries requests to one server. They must be for that server.
type Transport struct {
	options Options
	dialer  net.Dialer
	other   *http.Transport

	mu     sync.Mutex
	idle   []*conn // the most lately used one is last
	reaper *time.Timer
	closed uint64 // how often idle connections were closed; those of an older count are not kept
}

// New makes a transport. It does not connect yet.
func New(o Options) *Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	dialer := net.Dialer{Timeout: o.Dial}
	return &Transport{options: o, dialer: dialer, other: &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, o.Address)
		},
		MaxIdleConnsPerHost:    o.MaxIdle,
		IdleConnTimeout:        o.Idle,
		ResponseHeaderTimeout:  o.Header,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: o.MaxHeader,
		DisableCompression:     true,
		Protocols:              protocols,
	}}
}

// Exchange sends a request and gives the answer, as http.RoundTripper does. An error before
// anything was sent is a *net.OpError of "dial". If inform is nil, what comes before the
// answer is dropped, or told to the context's httptrace if http.Transport carries it.
func (t *Transport) Exchange(r *http.Request, inform Inform) (*http.Response, error) {
	if !plain(r) {
		return t.streamed(r, inform)
	}
	buffer := asks.Get().(*[]byte)
	defer asks.Put(buffer)
	ask, err := appendRequest((*buffer)[:0], r)
	if err != nil {
		return nil, err
	}
	*buffer = ask
	for c := t.pop(); c != nil; c = t.pop() {
		res, err := c.roundTrip(r, ask, inform)
		if !errors.Is(err, errStale) {
			return res, err
		}
	}
	c, err := t.dial(r.Context())
	if err != nil {
		return nil, err
	}
	return c.roundTrip(r, ask, inform)
}

// asks has buffers for requests.
var asks = sync.Pool{New: func() any { return new([]byte) }}

func plain(r *http.Request) bool {
	small := r.Body == nil || r.Body == http.NoBody || r.GetBody != nil && r.ContentLength > 0 && r.ContentLength <= MaxBody
	return small && len(r.TransferEncoding) == 0 && r.Header["Expect"] == nil && r.Header["Upgrade"] == nil && r.Method != http.MethodConnect
}

func (t *Transport) dial(ctx context.Context) (*conn, error) {
	t.mu.Lock()
	closed := t.closed
	t.mu.Unlock()
	raw, err := t.dialer.DialContext(ctx, "tcp", t.options.Address)
	if err != nil {
		return nil, err
	}
	return newConn(t, raw, closed)
}

func (t *Transport) pop() *conn {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(t.idle) - 1
	if n < 0 {
		return nil
	}
	c := t.idle[n]
	t.idle[n] = nil
	t.idle = t.idle[:n]
	if time.Since(c.since) >= t.options.Idle {
		t.idle = append(t.idle, c) // all others are older: the reaper has them soon
		return nil
	}
	return c
}

// put keeps a connection for the next request.
func (t *Transport) put(c *conn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.closed != t.closed || len(t.idle) >= t.options.MaxIdle {
		c.Close()
		return
	}
	c.since = time.Now()
	t.idle = append(t.idle, c)
	if t.reaper == nil {
		t.reaper = time.AfterFunc(t.options.Idle, t.reap)
	}
}

// reap closes what was not used for too long.
func (t *Transport) reap() {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for n < len(t.idle) && time.Since(t.idle[n].since) >= t.options.Idle {
		t.idle[n].Close()
		n++
	}
	t.idle = append(t.idle[:0], t.idle[n:]...)
	t.reaper = nil
	if len(t.idle) > 0 {
		t.reaper = time.AfterFunc(t.options.Idle-time.Since(t.idle[0].since), t.reap)
	}
}

// CloseIdleConnections closes what is not used, and what is used now as soon as it no
// longer is.
func (t *Transport) CloseIdleConnections() {
	t.other.CloseIdleConnections()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed++
	for _, c := range t.idle {
		c.Close()
	}
	t.idle = nil
	if t.reaper != nil {
		t.reaper.Stop()
		t.reaper = nil
	}
}

var errNoAnswer = errors.New("the server switched protocols without being asked, or has a status that is none")

// timeout is the error of a server that does not answer in time.
type timeout struct{}

func (timeout) Error() string   { return "no answer in time" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

// cause makes an error of a connection say what it was: the end of the request's context
// and a passed deadline both end a read.
func cause(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, errStale):
		return err
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case isTimeout(err):
		return timeout{}
	case errors.Is(err, io.EOF):
		return io.ErrUnexpectedEOF
	}
	return err
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}
