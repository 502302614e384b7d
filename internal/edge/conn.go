package edge

import (
	"io"
	"net"
	"sync"
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
			return newConn(c, l.program), nil
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
//
// The server sets a read deadline seven times for each request, and reads on while a
// request is served, to see whether the client leaves. Here that costs next to nothing:
// deadlines are noted, and armed only when somebody waits (see deadline.go), and the
// reading on begins when the request has lasted a while (see lull.go).
type conn struct {
	net.Conn
	program *program
	closed  atomic.Bool

	mu      sync.Mutex
	read    deadline
	write   deadline
	reading bool // Read waits for the client
	lull    lull
}

// Read reads what the client sends.
func (c *conn) Read(p []byte) (int, error) {
	if len(p) == 1 {
		if err := c.wait(); err != nil {
			return 0, err
		}
	}
	c.mu.Lock()
	err := c.read.arm(c.Conn.SetReadDeadline)
	c.reading = true
	c.mu.Unlock()
	if err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	c.reading = false
	c.mu.Unlock()
	return n, err
}

// SetReadDeadline bounds Read, also one that waits now.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read.want = t
	if c.lull.during && isPast(t) {
		c.lull.end(false)
	}
	if c.reading {
		return c.read.arm(c.Conn.SetReadDeadline)
	}
	return nil
}

// SetWriteDeadline does nothing: Write sets its own.
func (c *conn) SetWriteDeadline(time.Time) error { return nil }

// SetDeadline is SetReadDeadline.
func (c *conn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

// Write gives the client the time of Limits.WriteTimeout to take p.
func (c *conn) Write(p []byte) (int, error) {
	c.mu.Lock()
	c.write.want = time.Now().Add(c.program.table.Load().limits.WriteTimeout)
	err := c.write.arm(c.Conn.SetWriteDeadline)
	c.mu.Unlock()
	if err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// Close closes it, and counts it out the first time.
func (c *conn) Close() error {
	if c.closed.CompareAndSwap(false, true) {
		c.program.clients.Add(-1)
	}
	c.mu.Lock()
	c.lull.end(false)
	c.mu.Unlock()
	return c.Conn.Close()
}
