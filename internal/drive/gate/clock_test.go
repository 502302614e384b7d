package gate

import (
	"sync"
	"time"
)

// clock is the real one, and jumps ahead when it is told to.
type clock struct {
	mu      sync.Mutex
	ahead   time.Duration
	waiting map[chan time.Time]time.Time
}

// newClock begins on a Monday at noon.
func newClock() *clock {
	return &clock{ahead: time.Until(time.Date(2031, 3, 3, 12, 0, 0, 0, time.UTC)), waiting: map[chan time.Time]time.Time{}}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := make(chan time.Time, 1)
	c.waiting[ch] = time.Now().Add(c.ahead + d)
	time.AfterFunc(d, func() { c.jump(0) })
	return ch
}

// jump moves the clock on.
func (c *clock) jump(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
	now := time.Now().Add(c.ahead)
	for ch, at := range c.waiting {
		if !at.After(now) {
			ch <- now
			delete(c.waiting, ch)
		}
	}
}
