package ring

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// forget is how long what a series stood at is remembered after its last reading.
const forget = 24 * time.Hour

// roll ends the period under way and begins another. Killed in the middle it is done again:
// until the new log is there, the old one has everything.
func (r *Ring) roll(start int64) error {
	ended := r.start
	blocks := make([]*block, len(r.tiers))
	r.mu.Lock()
	r.expire(start)
	for i, t := range r.tiers {
		if ended != 0 {
			blocks[i] = t.seal(r.names)
		}
	}
	state := r.stateRecord()
	r.mu.Unlock()
	if err := r.flushNames(); err != nil {
		return err
	}
	for i, b := range blocks {
		if b == nil {
			continue
		}
		if err := replace(r.blockName(r.tiers[i], b.start), b.raw); err != nil {
			return err
		}
	}
	wal, err := r.beginLog(start, state)
	if err != nil {
		return err
	}
	old, oldName := r.wal, r.walName
	r.wal, r.walName = wal, r.logName(start)
	r.mu.Lock()
	var gone []string
	for i, t := range r.tiers {
		if blocks[i] != nil {
			t.blocks = append(t.blocks, blocks[i])
		}
		for _, b := range t.expire(start) {
			gone = append(gone, r.blockName(t, b.start))
		}
		t.begin(start)
		t.reindex(r.names)
	}
	r.start = start
	r.mu.Unlock()
	if old != nil && oldName != r.walName {
		_ = old.close()
		gone = append(gone, oldName)
	}
	for _, name := range gone {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			r.o.Log.Warn("a file of old metrics cannot be removed", "err", err)
		}
	}
	if err := r.compact(); err != nil {
		r.o.Log.Warn("the names of metrics cannot be written anew; it is tried again in two hours", "err", err)
	}
	return nil
}

// expire forgets what has not been written for long.
func (r *Ring) expire(now int64) {
	limit := now - int64(forget.Seconds())
	for id, src := range r.sources {
		if src.seen < limit {
			r.series -= len(src.cols)
			delete(r.sources, id)
		}
	}
	for origin, seen := range r.origins {
		if seen < limit {
			delete(r.origins, origin)
		}
	}
}

// beginLog makes the log of a period, with the state in which that begins.
func (r *Ring) beginLog(start int64, state []byte) (*appender, error) {
	first := appendFrame(nil, state)
	if err := replace(r.logName(start), first); err != nil {
		return nil, err
	}
	return openAppender(r.logName(start), int64(len(first)))
}

func (r *Ring) logName(start int64) string {
	return filepath.Join(r.o.Dir, fmt.Sprintf("wal-%d", start))
}

func (r *Ring) blockName(t *tier, start int64) string {
	return filepath.Join(r.o.Dir, fmt.Sprintf("%s-%d", t.name, start))
}
