package shim

import (
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	t.Parallel()
	const s = time.Second
	exits := 0
	for i, c := range []struct {
		ran, delay time.Duration
		exits      int
	}{
		{0, 0, 1}, {s, s, 2}, {s, 2 * s, 3}, {s, 4 * s, 4}, {s, 8 * s, 5}, {s, 16 * s, 6}, {s, 32 * s, 7},
		{s, 60 * s, 8}, {59 * s, 60 * s, 9}, {60 * s, 0, 1}, {s, s, 2},
	} {
		var delay time.Duration
		if exits, delay = backoff(exits, c.ran); delay != c.delay || exits != c.exits {
			t.Errorf("exit %d: %d in a row, delay %s; want %d, %s", i, exits, delay, c.exits, c.delay)
		}
	}
	if _, delay := backoff(1_000_000, 0); delay != maxBackoff {
		t.Errorf("after very many: %s", delay)
	}
}
