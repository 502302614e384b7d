package ring

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"slipway.dev/internal/core/fault"
)

func takeLock(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return nil, fault.New(fault.Unavailable, "another process has them").Because(err)
	}
	return f, nil
}

// load reads all files. What is damaged is set aside or cut off, and told of.
func (r *Ring) load() error {
	if err := r.loadNames(); err != nil {
		return err
	}
	if err := r.loadLog(); err != nil {
		return err
	}
	for _, t := range r.tiers {
		if err := r.loadBlocks(t); err != nil {
			return err
		}
		t.reindex(r.names)
	}
	return r.compact()
}

func (r *Ring) loadNames() error {
	name := filepath.Join(r.o.Dir, "names")
	raw, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	good, damage := readFrames(raw, r.names.read)
	if damage != nil {
		r.o.Log.Warn("the end of the names of metrics cannot be read and is cut off", "bytes", len(raw)-good, "err", damage)
	}
	r.onDisk, err = openAppender(name, int64(good))
	return err
}

// loadLog reads the newest log that has a beginning. A kill in the middle of a roll leaves the
// one before it as well.
func (r *Ring) loadLog() error {
	starts, err := r.starts("wal")
	if err != nil {
		return err
	}
	slices.Reverse(starts)
	for _, start := range starts {
		name := r.logName(start)
		if r.wal != nil {
			if err := os.Remove(name); err != nil {
				return err
			}
			continue
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		good, damage := r.replay(start, raw)
		if good == 0 { // not even what counters stood at can be read
			r.o.Log.Warn("a log of metrics cannot be read and is set aside", "file", name, "err", damage)
			if err := aside(name, damage); err != nil {
				return err
			}
			continue
		}
		if damage != nil {
			r.o.Log.Warn("the end of a log of metrics cannot be read and is cut off", "bytes", len(raw)-good, "err", damage)
		}
		if r.wal, err = openAppender(name, int64(good)); err != nil {
			return err
		}
		r.walName = name
	}
	return nil
}

var errNoBeginning = errors.New("it does not begin with what counters stood at")

// replay takes a log in, and says how much of it is good.
func (r *Ring) replay(start int64, raw []byte) (good int, err error) {
	begun := false
	good, err = readFrames(raw, func(record []byte) error {
		rd := reader{b: record}
		switch kind := rd.byte(); {
		case !begun && kind == 'S':
			if err := r.readState(&rd); err != nil {
				return err
			}
			begun = true
			r.start = start
			for _, t := range r.tiers {
				t.begin(start)
			}
			return nil
		case begun && kind == 'W':
			at, readings, err := r.readWrite(&rd)
			if err != nil {
				return err
			}
			if at < r.last || at-at%int64(period.Seconds()) != start {
				return errShort
			}
			r.apply(at, readings)
			return nil
		}
		return errShort
	})
	if !begun {
		r.last, r.series = 0, 0
		clear(r.sources)
		clear(r.origins)
		return 0, errors.Join(err, errNoBeginning)
	}
	return good, err
}

// loadBlocks reads a tier's blocks. That of the period under way is left from a kill in the
// middle of a roll: the log has it.
func (r *Ring) loadBlocks(t *tier) error {
	starts, err := r.starts(t.name)
	if err != nil {
		return err
	}
	for _, start := range starts {
		if start == r.start {
			continue
		}
		name := r.blockName(t, start)
		raw, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		b, err := readBlock(raw)
		if err == nil && b.start != start {
			err = errors.New("it is of another time than its name says")
		}
		if err != nil {
			r.o.Log.Warn("a block of metrics cannot be read and is set aside", "file", name, "err", err)
			if err := aside(name, err); err != nil {
				return err
			}
			continue
		}
		t.blocks = append(t.blocks, b)
		for i := range b.entries { // names may have lost their end, but no number is used twice
			key := b.key(i)
			r.names.last = max(r.names.last, key.group, key.shape)
		}
	}
	return nil
}

// starts lists the files of a kind by when they begin.
func (r *Ring) starts(kind string) ([]int64, error) {
	files, err := os.ReadDir(r.o.Dir)
	if err != nil {
		return nil, err
	}
	var out []int64
	for _, f := range files {
		after, ok := strings.CutPrefix(f.Name(), kind+"-")
		if n, err := strconv.ParseInt(after, 10, 64); ok && err == nil {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out, nil
}
