package shim

import "time"

// An app that ran this long is taken to be well: the back-off starts from the beginning.
const stable = time.Minute

const maxBackoff = time.Minute

// backoff takes in that an app ended that ran for so long, after so many exits without a
// stable run between them. It gives the new number of them and the time to wait before
// the next start: none, then 1 s, 2 s, 4 s and so on.
func backoff(exits int, ran time.Duration) (int, time.Duration) {
	if ran >= stable {
		exits = 0
	}
	exits++
	if exits == 1 {
		return exits, 0
	}
	return exits, min(time.Second<<min(exits-2, 10), maxBackoff)
}
