package ring

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/metrics"
)

// Options are what a Ring needs to know.
type Options struct {
	Dir       string // of its own; made with mode 0700
	MaxSeries int    // that are written at once; default 1,000,000. What is over is dropped
	Log       *slog.Logger
}

// Ring keeps figures. Its methods may be called at the same time.
type Ring struct {
	o    Options
	lock *os.File

	writing sync.Mutex // held by who changes anything
	onDisk  *appender  // names
	wal     *appender
	walName string

	mu      sync.RWMutex // of all below: read by queries
	names   *names
	tiers   []*tier
	sources map[uint32]*source
	origins map[string]int64 // when each wrote last, in seconds
	series  int              // columns of sources
	start   int64            // of the period under way, in seconds; 0: none is
	last    int64            // start of the minute that was written last, in seconds
	dropped uint64
}

var _ metrics.Source = (*Ring)(nil)

// Open reads what is in a directory. Only one Ring may have it open: else fault.Unavailable.
func Open(o Options) (*Ring, error) {
	if o.MaxSeries == 0 {
		o.MaxSeries = 1_000_000
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	r := &Ring{o: o, names: newNames(), sources: map[uint32]*source{}, origins: map[string]int64{}}
	for _, p := range policies {
		r.tiers = append(r.tiers, newTier(p))
	}
	err := os.MkdirAll(o.Dir, 0o700)
	if err == nil {
		r.lock, err = takeLock(filepath.Join(o.Dir, "lock"))
	}
	if err == nil {
		err = r.load()
	}
	if err != nil {
		return nil, fmt.Errorf("open the metrics in %s: %w", o.Dir, joinClose(err, r))
	}
	return r, nil
}

func joinClose(err error, r *Ring) error {
	_ = r.Close()
	return err
}

// Close lets go of the files. Everything written is on disk already.
func (r *Ring) Close() error {
	r.writing.Lock()
	defer r.writing.Unlock()
	err := r.wal.close()
	if e := r.onDisk.close(); err == nil {
		err = e
	}
	r.wal, r.onDisk = nil, nil
	if r.lock != nil {
		r.lock.Close()
		r.lock = nil
	}
	return err
}

// behind is how far a clock may jump back: what is written meanwhile goes into the minute
// that was written last.
const behind = time.Hour

// Write takes in what is at a time, and is durable when it returns. After an error nothing is
// written; the next Write has what was counted meanwhile. Dropped is how many series were over
// a bound.
func (r *Ring) Write(_ context.Context, at time.Time, batches []Batch) (dropped int, err error) {
	r.writing.Lock()
	defer r.writing.Unlock()
	if r.lock == nil {
		return 0, fault.New(fault.Unavailable, "the metrics are closed")
	}
	minute := at.Round(time.Minute).Unix() - 60
	switch {
	case minute < 0:
		return 0, fault.New(fault.Refused, "figures of %s are not taken", at.Format(time.RFC3339))
	case minute < r.last-int64(behind.Seconds()):
		return 0, fault.New(fault.Refused, "it is %s, but figures of %s were written already: one of the two clocks was wrong", at.UTC().Format(time.RFC3339), time.Unix(r.last, 0).UTC().Format(time.RFC3339)).
			WithHint("if the clock is right now, move what is of the future out of %s and start again", r.o.Dir)
	}
	minute = max(minute, r.last)
	if start := minute - minute%int64(period.Seconds()); start != r.start || r.wal == nil {
		if err := r.roll(start); err != nil {
			return 0, fmt.Errorf("end a period of metrics: %w", err)
		}
	}
	return r.write(minute, batches)
}

func (r *Ring) write(minute int64, batches []Batch) (dropped int, err error) {
	in := intake{r: r, at: map[*group]int{}, series: r.series}
	r.mu.Lock()
	for _, b := range batches {
		in.take(b)
	}
	record := r.writeRecord(minute, in.readings)
	r.mu.Unlock()
	if err := r.flushNames(); err != nil {
		return 0, fmt.Errorf("write the names of metrics: %w", err)
	}
	if err := r.wal.append(appendFrame(nil, record)); err != nil {
		return 0, fmt.Errorf("write metrics: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.apply(minute, in.readings)
	r.dropped += uint64(in.dropped)
	return in.dropped, nil
}

// flushNames writes what newly got a number: nothing may refer to it before it is on disk.
func (r *Ring) flushNames() error {
	if len(r.names.pending) == 0 {
		return nil
	}
	if err := r.onDisk.append(r.names.pending); err != nil {
		return err
	}
	r.names.pending = nil
	return nil
}

// apply takes readings in. It does the same when a log is read again.
func (r *Ring) apply(minute int64, readings []reading) {
	written := make([]map[uint32]*values, len(r.tiers))
	for i := range written {
		written[i] = map[uint32]*values{}
	}
	for _, rd := range readings {
		src := r.sources[rd.group.id]
		if src == nil {
			src = &source{folds: r.folds(rd.group)}
			r.sources[rd.group.id] = src
		}
		_, known := r.origins[rd.origin]
		had := len(src.cols)
		news := src.since(rd, known)
		r.series += len(src.cols) - had
		src.seen = minute
		if len(news.cols) == 0 {
			continue
		}
		for i, g := range src.folds {
			if g == nil {
				continue
			}
			if w := written[i][g.id]; w != nil {
				w.merge(news)
			} else {
				written[i][g.id] = &values{slices.Clip(news.cols), slices.Clone(news.vals)}
			}
		}
	}
	for _, rd := range readings {
		r.origins[rd.origin] = minute
	}
	for i, t := range r.tiers {
		t.put(r.names, minute, written[i])
	}
	r.last = minute
}

// folds gives what a group is part of in each tier.
func (r *Ring) folds(g *group) []*group {
	out := make([]*group, len(r.tiers))
	for i, t := range r.tiers {
		if dropped, kept := t.drop[g.family]; kept {
			out[i] = r.names.group(g.family, g.labels, dropped...)
		}
	}
	return out
}

// Stats are how much there is.
type Stats struct {
	Series  int    // that are written
	Groups  int    // label sets and shapes that have a number
	Blocks  int    // periods that are over, of all tiers
	Bytes   int    // of blocks, and of the period under way
	Dropped uint64 // series over a bound, each time that they were, since the start
}

// Stats says how much there is.
func (r *Ring) Stats() Stats {
	r.mu.RLock()
	defer r.mu.RUnlock()
	s := Stats{Series: r.series, Groups: len(r.names.groups) + len(r.names.shapes), Dropped: r.dropped}
	for _, t := range r.tiers {
		s.Blocks += len(t.blocks)
		for _, b := range t.blocks {
			s.Bytes += len(b.raw)
		}
		for _, c := range t.chunks {
			s.Bytes += cap(c.b)
		}
	}
	return s
}
