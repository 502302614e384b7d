package engine

import (
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Clock is where the engine's time comes from.
type Clock interface {
	Now() time.Time
	After(d time.Duration) <-chan time.Time
}

// SystemClock is the wall clock as it was now, driven on by the kernel's boot clock,
// which goes on during a suspend and never jumps. When the wall clock jumps, that is
// logged and not followed.
func SystemClock(log *slog.Logger) Clock {
	return &systemClock{log: log, start: time.Now().UTC(), boot: bootTime()}
}

type systemClock struct {
	log   *slog.Logger
	start time.Time
	boot  time.Duration

	mu     sync.Mutex
	off    time.Duration // of the wall clock, as last logged
	looked time.Duration
}

func bootTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		panic("engine: the kernel has no boot clock: " + err.Error())
	}
	return time.Duration(t.Nano())
}

func (c *systemClock) Now() time.Time {
	passed := bootTime() - c.boot
	now := c.start.Round(0).Add(passed)
	c.compare(passed, now)
	return now
}

func (c *systemClock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// compare looks at the wall clock once a second.
func (c *systemClock) compare(passed time.Duration, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if passed < c.looked+time.Second {
		return
	}
	c.looked = passed
	off := time.Now().Round(0).Sub(now)
	if d := off - c.off; d > 5*time.Second || d < -5*time.Second {
		c.log.Warn("the wall clock jumped; the engine's clock does not follow until it is started again", "by", d.Round(time.Second).String())
		c.off = off
	}
}

// steady never goes back, not even behind the journal of an earlier run.
type steady struct {
	clock Clock
	mu    sync.Mutex
	ahead time.Duration // of the clock
	last  time.Time
}

func (s *steady) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.clock.Now().Add(s.ahead).UTC().Truncate(time.Microsecond); t.After(s.last) {
		s.last = t
	}
	return s.last
}

// notBefore moves the clock on to t if it is behind.
func (s *steady) notBefore(t time.Time, log *slog.Logger) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if behind := t.Sub(s.clock.Now()); behind > 0 {
		s.ahead, s.last = behind, t
		if behind > time.Minute {
			log.Warn("the wall clock is behind the journal; the engine's clock stays ahead of it", "by", behind.Round(time.Second).String())
		}
	}
}
