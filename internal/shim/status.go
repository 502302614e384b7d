package shim

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"time"

	"slipway.dev/internal/wire/shimwire"
)

// board holds the status: whoever waits for a change is woken, and the file follows.
type board struct {
	mu      sync.Mutex
	status  shimwire.Status
	changed chan struct{} // closed with each change
	dir     string
}

func newBoard(dir string, first shimwire.Status) *board {
	return &board{status: first, changed: make(chan struct{}), dir: dir}
}

// update changes the status.
func (b *board) update(change func(*shimwire.Status)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	before := b.status.State
	change(&b.status)
	b.status.Sequence++
	if b.status.State != before {
		b.status.Since = time.Now().UTC()
	}
	b.save()
	close(b.changed)
	b.changed = make(chan struct{})
}

// save writes the status to its file. That it fails (disk full) must not stop the app.
func (b *board) save() {
	raw, err := json.Marshal(b.status)
	if err != nil {
		return
	}
	path := filepath.Join(b.dir, shimwire.StateFile)
	if os.WriteFile(path+".new", raw, 0o600) == nil {
		_ = os.Rename(path+".new", path)
	}
}

func (b *board) get() (shimwire.Status, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.status, b.changed
}

// wait gives the status when ok says so of it, or ctx ends.
func (b *board) wait(ctx context.Context, ok func(shimwire.Status) bool) shimwire.Status {
	for {
		s, changed := b.get()
		if ok(s) {
			return s
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return s
		}
	}
}
