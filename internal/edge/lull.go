package edge

import (
	"os"
	"time"
)

// lullTime is how long a request is served before its client is watched.
const lullTime = 20 * time.Millisecond

// lull is the time in which nobody watches whether the client leaves. While a handler
// runs, the server reads a single byte for that, and takes the read back by a deadline
// in the past when the handler returns. Most handlers return within the lull, and then the
// read never reaches the system.
type lull struct {
	timer  *time.Timer
	ended  chan struct{} // has room for one
	during bool
}

func newLull() lull {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return lull{timer: t, ended: make(chan struct{}, 1)}
}

// end ends the lull if the read is taken back, or the connection closed. conn.mu is held.
func (l *lull) end() {
	if l.during {
		l.during = false
		l.ended <- struct{}{}
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
	l.during = true
	c.mu.Unlock()
	l.timer.Reset(lullTime)
	select {
	case <-l.ended:
		l.timer.Stop()
		return os.ErrDeadlineExceeded
	case <-l.timer.C:
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !l.during {
		<-l.ended // just now
		return os.ErrDeadlineExceeded
	}
	l.during = false
	return nil
}

func isPast(t time.Time) bool { return !t.IsZero() && !t.After(time.Now()) }
