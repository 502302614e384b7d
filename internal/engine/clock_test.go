package engine

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestTheSystemClockDoesNotFollowAJump(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	c := SystemClock(slog.New(slog.NewTextHandler(&log, nil))).(*systemClock)
	first := c.Now()
	if d := time.Since(first).Abs(); d > time.Minute {
		t.Errorf("it is off by %v", d)
	}
	// As if the wall clock had been put forward by an hour, a while ago.
	c.start, c.boot = c.start.Add(-time.Hour), c.boot-2*time.Second
	before := c.start
	if now := c.Now(); now.Before(before) || now.Sub(before) > time.Minute {
		t.Errorf("it followed: %v after %v", now, before)
	}
	if !strings.Contains(log.String(), "the wall clock jumped") || !strings.Contains(log.String(), "by=1h0m0s") && !strings.Contains(log.String(), "by=59m5") {
		t.Errorf("logged: %q", log.String())
	}
	logged := log.Len()
	c.boot -= 2 * time.Second
	if c.Now(); log.Len() != logged {
		t.Error("it is logged again and again")
	}
}
