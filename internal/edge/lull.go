package edge

import (
	"net"
	"os"
	"time"
)

// lullTime is how long a request is served, at least, before its client is watched; it may be
// twice as long.
const lullTime = 20 * time.Millisecond

// lull is the time in which nobody watches whether the client leaves. While a handler
// runs, the server reads a single byte for that, and takes the read back by a deadline
// in the past when the handler returns. Most handlers return within the lull, and then the
// read never reaches the system.
//
// The timer ticks on while there are requests, so that it need not be set for each.
type lull struct {
	timer   *time.Timer
	ticking bool
	ended   chan bool // true: go on and read; false: the read was taken back
	during  bool
	seen    bool // the timer has ticked since this lull began
	busy    bool // a lull has begun since the timer ticked
}

func newConn(c net.Conn, p *program) *conn {
	out := &conn{Conn: c, program: p}
	out.lull.ended = make(chan bool, 1)
	out.lull.timer = time.AfterFunc(time.Hour, out.tick)
	out.lull.timer.Stop()
	return out
}

// end ends the lull, if there is one. conn.mu is held.
func (l *lull) end(read bool) {
	if l.during {
		l.during = false
		l.ended <- read
	}
}

// wait lets the lull pass. An error says that the read was taken back.
func (c *conn) wait() error {
	l := &c.lull
	c.mu.Lock()
	if isPast(c.read.want) {
		c.mu.Unlock()
		return os.ErrDeadlineExceeded
	}
	l.during, l.seen, l.busy = true, false, true
	if !l.ticking {
		l.ticking = true
		l.timer.Reset(lullTime)
	}
	c.mu.Unlock()
	if read := <-l.ended; !read {
		return os.ErrDeadlineExceeded
	}
	return nil
}

func (c *conn) tick() {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := &c.lull
	if l.seen {
		l.end(true)
	}
	l.ticking = l.busy
	if l.ticking {
		l.seen, l.busy = true, false
		l.timer.Reset(lullTime)
	}
}

func isPast(t time.Time) bool { return !t.IsZero() && !t.After(time.Now()) }
