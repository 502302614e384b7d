package edge

import (
	"io"
	"sync"
	"time"
)

// headersWait is how long an answer's headers wait for the first of its body, if it is
// not known when that comes.
const headersWait = 5 * time.Millisecond

// flushing sends all that is written at once, and what was there before after a while.
type flushing struct {
	mu    sync.Mutex
	w     io.Writer
	flush func()
	timer *time.Timer
	over  bool
}

func newFlushing(w io.Writer, flush func()) *flushing {
	f := &flushing{w: w, flush: flush}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.timer = time.AfterFunc(headersWait, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if !f.over {
			f.flush()
		}
	})
	return f
}

// Write writes and flushes.
func (f *flushing) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, err := f.w.Write(p)
	f.flush()
	return n, err
}

// stop sees to it that nothing is flushed any more.
func (f *flushing) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.over = true
	f.timer.Stop()
}
