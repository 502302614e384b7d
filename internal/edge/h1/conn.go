package h1

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"syscall"
	"time"
)

// conn is a connection to the server. One request at a time uses it.
type conn struct {
	net.Conn
	transport *Transport
	raw       syscall.RawConn
	turn      turn
	in        *bufio.Reader
	budget    int64 // bytes that may still be read; bounds headers
	failed    error // the last one of Read: in the middle of a line, the parser hides it
	since     time.Time
	closed    uint64 // see Transport.closed

	beforeWait func() // see body.BeforeWait

	ctx     context.Context // of the request
	start   time.Time
	calm    time.Time   // until when reads wait at least without a watch; zero: not known
	unwatch func() bool // stops the watch over the request's context; nil: there is none
}

// calmTime is how long a server may take to answer before it matters whether the request's
// context ends. Most answer sooner, and a watch costs more than all else that is done for them.
const calmTime = 20 * time.Millisecond

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
	out.in = bufio.NewReader(out)
	out.turn.call = out.turn.do
	return out, nil
}

// roundTrip sends the request, whose bytes are ask, and reads the answer's headers. If the
// error is errStale, nothing was sent.
func (c *conn) roundTrip(r *http.Request, ask []byte, inform Inform) (*http.Response, error) {
	c.ctx, c.start = r.Context(), time.Now()
	if err := c.keepCalm(); err != nil {
		c.Close()
		return nil, err
	}
	c.turn.ask(ask)
	res, err := c.exchange(r, inform)
	if err != nil {
		c.endWatch()
		c.Close()
		return nil, cause(c.ctx, err)
	}
	return c.answer(r, res)
}

// exchange reads the answer's headers; the first read sends the request. A server may answer
// and close before it has read all; its answer counts more than the failed write.
func (c *conn) exchange(r *http.Request, inform Inform) (*http.Response, error) {
	c.failed = nil
	res, err := c.read(r, inform)
	switch {
	case err != nil && c.turn.wrote != nil:
		return nil, c.turn.wrote
	case err != nil && c.failed != nil:
		return nil, c.failed
	case err != nil:
		return nil, err
	}
	if c.turn.wrote != nil {
		res.Close = true
	}
	return res, nil
}

// read reads the answer's headers, and passes on what comes before it (1xx): as much as
// the budget for headers allows.
func (c *conn) read(r *http.Request, inform Inform) (*http.Response, error) {
	c.budget = c.transport.options.MaxHeader
	for {
		res, err := http.ReadResponse(c.in, r)
		if err != nil {
			return nil, err
		}
		switch {
		case res.StatusCode == http.StatusSwitchingProtocols || res.StatusCode < 100:
			return nil, errNoAnswer
		case res.StatusCode >= 200:
			c.budget = math.MaxInt64
			return res, nil
		}
		if inform == nil {
			continue
		}
		if err := inform(res.StatusCode, res.Header); err != nil {
			return nil, err
		}
	}
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
	n, err := c.receive(p)
	if err != nil && c.unwatch == nil && isTimeout(err) {
		if err = c.watch(c.start.Add(c.transport.options.Header)); err == nil {
			n, err = c.receive(p)
		}
	}
	c.budget -= int64(n)
	if err != nil {
		c.failed = err
	}
	return n, err
}

// receive reads once, and sends the request before if it was not sent yet.
func (c *conn) receive(p []byte) (int, error) {
	if !c.turn.pending {
		if c.beforeWait != nil {
			c.beforeWait()
		}
		return c.Conn.Read(p)
	}
	n, err := c.turn.take(c.raw, p)
	if rest := c.turn.rest; len(rest) > 0 && err == nil {
		if err := c.watch(c.start.Add(c.transport.options.Header)); err != nil {
			return 0, err
		}
		_, c.turn.wrote = c.Conn.Write(rest)
		c.turn.rest = nil
		return c.Conn.Read(p)
	}
	return n, err
}

// keepCalm makes reads wait for the calm time, and not twice as long. It is not exact, so that
// it need not be done for each request.
func (c *conn) keepCalm() error {
	calm := min(calmTime, c.transport.options.Header)
	if over := c.calm.Sub(c.start) - calm; over >= 0 && over <= calm {
		return nil
	}
	c.calm = c.start.Add(2 * calm)
	return c.SetReadDeadline(c.calm)
}

// watch makes reads and writes last until a time, or the end of the request's context.
func (c *conn) watch(until time.Time) error {
	c.calm = time.Time{}
	if err := c.SetDeadline(until); err != nil {
		return err
	}
	if c.unwatch == nil {
		c.unwatch = context.AfterFunc(c.ctx, func() { _ = c.SetDeadline(longAgo) }) // it fails only if it is closed
		return nil
	}
	return c.ctx.Err() // it may have ended just before the deadline was moved
}

// endWatch says whether the context left the deadlines as they were.
func (c *conn) endWatch() bool {
	stop := c.unwatch
	c.unwatch = nil
	return stop == nil || stop()
}
