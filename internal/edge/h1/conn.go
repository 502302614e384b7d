package h1

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"syscall"
	"time"
)

// conn is a connection to the server. One request at a time uses it.
type conn struct {
	net.Conn
	transport *Transport
	raw       syscall.RawConn
	in        *bufio.Reader
	out       *bufio.Writer
	budget    int64 // bytes that may still be read; bounds headers
	failed    error // the last one of Read: in the middle of a line, the parser hides it
	since     time.Time
	closed    uint64 // see Transport.closed
	peek      func(fd uintptr) bool
	peeked    error
	cancelled func() bool // stops the watch over the request's context
}

var (
	errHeaderTooLarge = errors.New("the answer's headers are too large")
	longAgo           = time.Unix(1, 0)
)

func newConn(t *Transport, c net.Conn, closed uint64) (*conn, error) {
	s, ok := c.(syscall.Conn)
	if !ok {
		return nil, fmt.Errorf("%T has no file descriptor", c)
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	out := &conn{Conn: c, transport: t, raw: raw, closed: closed}
	out.in, out.out = bufio.NewReader(out), bufio.NewWriter(c)
	out.peek = func(fd uintptr) bool {
		var b [1]byte
		n, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		if err == nil && n >= 0 {
			err = io.EOF // closed, or it speaks without being asked
		}
		out.peeked = err
		return true
	}
	return out, nil
}

// Read reads from the server, as much as the budget allows.
func (c *conn) Read(p []byte) (int, error) {
	if c.budget <= 0 {
		c.failed = errHeaderTooLarge
		return 0, errHeaderTooLarge
	}
	if int64(len(p)) > c.budget {
		p = p[:c.budget]
	}
	n, err := c.Conn.Read(p)
	c.budget -= int64(n)
	if err != nil {
		c.failed = err
	}
	return n, err
}

// quiet says whether the server has neither closed nor sent anything since the last
// answer. It asks the kernel just before the connection is used.
func (c *conn) quiet() bool {
	if err := c.raw.Control(c.callPeek); err != nil {
		return false
	}
	return errors.Is(c.peeked, syscall.EAGAIN)
}

func (c *conn) callPeek(fd uintptr) { c.peek(fd) }

func (c *conn) roundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	if err := c.SetDeadline(time.Now().Add(c.transport.options.Header)); err != nil {
		closeBody(r)
		c.Close()
		return nil, err
	}
	c.cancelled = context.AfterFunc(ctx, func() { _ = c.SetDeadline(longAgo) }) // it fails only if it is closed
	res, err := c.exchange(r)
	if err != nil {
		c.cancelled()
		c.Close()
		return nil, cause(ctx, err)
	}
	return c.answer(ctx, r, res)
}

// exchange writes the request and reads the answer's headers. A server may answer and
// close before it has read all; its answer counts more than the failed write.
func (c *conn) exchange(r *http.Request) (*http.Response, error) {
	wrote := r.Write(c.out)
	if wrote == nil {
		wrote = c.out.Flush()
	}
	res, err := c.read(r)
	switch {
	case err != nil && wrote != nil:
		return nil, wrote
	case err != nil && c.failed != nil:
		return nil, c.failed
	case err != nil:
		return nil, err
	}
	if wrote != nil {
		res.Close = true
	}
	return res, nil
}

// read reads the answer's headers, and passes on what comes before it (1xx): as much as
// the budget for headers allows.
func (c *conn) read(r *http.Request) (*http.Response, error) {
	c.budget = c.transport.options.MaxHeader
	for {
		res, err := http.ReadResponse(c.in, r)
		if err != nil {
			return nil, err
		}
		switch {
		case res.StatusCode == http.StatusSwitchingProtocols:
			return nil, errUnexpectedSwitch
		case res.StatusCode >= 200:
			c.budget = math.MaxInt64
			return res, nil
		}
		if err := inform(r.Context(), res); err != nil {
			return nil, err
		}
	}
}

func inform(ctx context.Context, res *http.Response) error {
	trace := httptrace.ContextClientTrace(ctx)
	if trace == nil || trace.Got1xxResponse == nil {
		return nil
	}
	return trace.Got1xxResponse(res.StatusCode, textproto.MIMEHeader(res.Header))
}
