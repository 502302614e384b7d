package h1

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// answer sees to it that the connection is used again when the answer's body was read to
// its end, and closed otherwise.
func (c *conn) answer(r *http.Request, res *http.Response) (*http.Response, error) {
	keep := !res.Close && !r.Close
	b := &body{conn: c, ctx: c.ctx, from: res.Body, keep: keep}
	switch {
	case res.Body == http.NoBody || r.Method == http.MethodHead:
		b.end(true)
		res.Body = http.NoBody
		return res, nil
	case res.ContentLength >= 0 && res.ContentLength <= int64(c.in.Buffered()):
		b.unwatched = c.endWatch() // all is here already: there is nothing to cancel
	default:
		if err := c.watch(time.Time{}); err != nil {
			b.end(false)
			return nil, cause(b.ctx, err)
		}
	}
	res.Body = b
	return res, nil
}

// body is an answer's body on a connection.
type body struct {
	conn      *conn // nil when it was given back
	ctx       context.Context
	from      io.ReadCloser
	keep      bool
	unwatched bool // the request's context can no longer end it
}

// Read reads the body. At its end the connection is free for others.
func (b *body) Read(p []byte) (int, error) {
	if b.conn == nil {
		return 0, io.EOF
	}
	n, err := b.from.Read(p)
	switch {
	case errors.Is(err, io.EOF):
		b.end(true)
	case err != nil:
		err = cause(b.ctx, err)
		b.end(false)
	}
	return n, err
}

// BeforeWait has f called each time before the server is waited for: what was read so far
// can be passed on then, in one piece. It must be called before the first Read.
func (b *body) BeforeWait(f func()) {
	if b.conn != nil {
		b.conn.beforeWait = f
	}
}

// Close gives the connection up if the body was not read to its end.
func (b *body) Close() error {
	b.end(false)
	return nil
}

// end gives the connection back. It may not be used again if something is left on it, or
// if its deadline may just be passing.
func (b *body) end(complete bool) {
	c := b.conn
	if c == nil {
		return
	}
	b.conn, c.ctx, c.beforeWait = nil, nil, nil
	if !b.unwatched && !c.endWatch() {
		complete = false
	}
	if complete && b.keep && c.in.Buffered() == 0 {
		c.transport.put(c)
		return
	}
	c.Close()
}
