package shim

import "time"

// An app that ran this long is taken to be well: the back-off starts from the beginning.
const stable = time.Minute

const maxBackoff = time.Minute

// history is the exits of an app, for the back-off before its next start.
type history struct {
	streak int         // exits without a stable run between them
	exits  []time.Time // within the last minute
}

// exited takes in an exit and gives the time to wait before the next start: none, then
// 1 s, 2 s, 4 s and so on.
func (h *history) exited(started, now time.Time) time.Duration {
	if now.Sub(started) >= stable {
		h.streak = 0
	}
	h.streak++
	h.exits = append(h.exits, now)
	h.recent(now)
	if h.streak == 1 {
		return 0
	}
	return min(time.Second<<min(h.streak-2, 10), maxBackoff)
}

// recent is the number of exits within the last minute.
func (h *history) recent(now time.Time) int {
	for len(h.exits) > 0 && now.Sub(h.exits[0]) > time.Minute {
		h.exits = h.exits[1:]
	}
	return len(h.exits)
}
