package edge

import (
	"io"
	"net"
	"sync/atomic"
	"time"

	"slipway.dev/internal/wire/edgewire"
)

// listener bounds how many clients there are, and how long one may take to read.
type listener struct {
	net.Listener
	program *program
	plain   bool // HTTP without TLS: a client that is one too many can be told
}

// tooMany is what a client gets that is one too many.
const tooMany = "HTTP/1.1 503 Service Unavailable\r\n" + edgewire.Header + ": " + edgewire.Overloaded +
	"\r\nConnection: close\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"

// Accept gives the next client. One too many is turned away.
func (l *listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		limits := l.program.table.Load().limits
		if l.program.clients.Add(1) <= int64(limits.Connections) {
			return &conn{Conn: c, program: l.program}, nil
		}
		l.program.clients.Add(-1)
		if l.plain {
			_ = c.SetWriteDeadline(time.Now().Add(time.Second))
			_, _ = io.WriteString(c, tooMany) // it goes away in any case
		}
		c.Close()
	}
}

// conn is a client's connection. A client that does not read loses it.
type conn struct {
	net.Conn
	program *program
	closed  atomic.Bool
}

// Write gives the client the time of Limits.WriteTimeout to take p.
func (c *conn) Write(p []byte) (int, error) {
	wait := c.program.table.Load().limits.WriteTimeout
	if err := c.SetWriteDeadline(time.Now().Add(wait)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// Close closes it, and counts it out the first time.
func (c *conn) Close() error {
	if c.closed.CompareAndSwap(false, true) {
		c.program.clients.Add(-1)
	}
	return c.Conn.Close()
}
