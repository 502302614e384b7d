package run

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"slipway.dev/internal/core/fault"
)

// Line is a line that a process of a run printed.
type Line struct {
	At      time.Time `json:"at"`
	Pointer string    `json:"pointer"` // of the task
	Stream  string    `json:"stream"`  // "out" or "err"
	Text    string    `json:"text"`
}

// Logs is the folder with what the processes of runs print, one file for each run.
type Logs struct {
	Dir   string     // empty: nothing is kept
	Print func(Line) // gets each line as well, one at a time; nil: nobody does

	printing sync.Mutex
	mu       sync.Mutex
	open     map[string]*runLog
}

// maxLog is how much is kept of one run, in bytes. Processes that print more go on; what is
// over is dropped, and the log says so.
const maxLog = 64 << 20

// followEvery is how often a log is looked at while it grows.
const followEvery = 200 * time.Millisecond

// runLog is the log of a run that is being written, by all its processes.
type runLog struct {
	users int
	mu    sync.Mutex
	file  *os.File
	left  int64
}

func (l *Logs) path(run string) string { return filepath.Join(l.Dir, url.PathEscape(run)+".log") }

// write gives what appends to a run's log, and what ends that. A log that cannot be written
// is not: a process must not fail by its log.
func (l *Logs) write(run string) (add func(Line), done func()) {
	if l == nil {
		return func(Line) {}, func() {}
	}
	if l.Dir == "" {
		return l.print, func() {}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	log := l.open[run]
	if log == nil {
		var err error
		if log, err = l.begin(run); err != nil {
			return l.print, func() {}
		}
		if l.open == nil {
			l.open = map[string]*runLog{}
		}
		l.open[run] = log
	}
	log.users++
	return func(n Line) { log.add(n); l.print(n) }, func() { l.release(run, log) }
}

func (l *Logs) print(n Line) {
	if l.Print == nil {
		return
	}
	l.printing.Lock()
	defer l.printing.Unlock()
	l.Print(n)
}

func (l *Logs) begin(run string) (*runLog, error) {
	if err := os.MkdirAll(l.Dir, 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(l.path(run), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	size, err := file.Seek(0, io.SeekEnd)
	return &runLog{file: file, left: maxLog - size}, err
}

func (l *Logs) release(run string, log *runLog) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if log.users--; log.users == 0 {
		delete(l.open, run)
		log.file.Close()
	}
}

func (r *runLog) add(n Line) {
	text, err := json.Marshal(n)
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left <= 0 {
		return
	}
	if r.left -= int64(len(text)) + 1; r.left <= 0 {
		n.Text = "… the rest of this log is over the limit and is not kept"
		text, _ = json.Marshal(n) // as before
	}
	_, _ = r.file.Write(append(text, '\n')) // a full disk: see write
}

// Read gives the lines of a run's log from the first on, or fault.NotFound. more is asked
// whether the run still goes on, before each look; nil: the log is given as far as it has come.
func (l *Logs) Read(ctx context.Context, run string, more func(context.Context) (bool, error)) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		err := l.read(ctx, run, more, func(n Line) bool { return yield(n, nil) })
		if err != nil && !errors.Is(err, errEnough) {
			yield(Line{}, err)
		}
	}
}

var errEnough = errors.New("whoever reads has enough")

func (l *Logs) read(ctx context.Context, run string, more func(context.Context) (bool, error), say func(Line) bool) error {
	var in *bufio.Reader
	var part []byte
	for goesOn := true; goesOn; {
		var err error
		if goesOn = more != nil; goesOn {
			if goesOn, err = more(ctx); err != nil {
				return err
			}
		}
		if in == nil {
			file, err := os.Open(l.path(run))
			switch {
			case os.IsNotExist(err) && !goesOn:
				return fault.New(fault.NotFound, "no process of the run %s has printed anything", run)
			case err != nil && !os.IsNotExist(err):
				return err
			case err == nil:
				defer file.Close()
				in = bufio.NewReader(file)
			}
		}
		if in != nil {
			if part, err = lines(in, part, say); err != nil {
				return err
			}
		}
		if goesOn {
			select {
			case <-time.After(followEvery):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return nil
}

// lines gives the lines that are there so far; part is one whose end is not.
func lines(in *bufio.Reader, part []byte, say func(Line) bool) ([]byte, error) {
	for {
		text, err := in.ReadBytes('\n')
		part = append(part, text...)
		if errors.Is(err, io.EOF) {
			return part, nil
		}
		if err != nil {
			return nil, err
		}
		var n Line
		if json.Unmarshal(bytes.TrimSpace(part), &n) == nil && !say(n) { // half a line is left by a full disk
			return nil, errEnough
		}
		part = part[:0]
	}
}

// Prune removes the logs to which nothing was added since a time.
func (l *Logs) Prune(before time.Time) error {
	logs, err := filepath.Glob(filepath.Join(l.Dir, "*.log"))
	for _, path := range logs {
		if info, gone := os.Stat(path); gone == nil && info.ModTime().Before(before) {
			err = errors.Join(err, os.Remove(path))
		}
	}
	return err
}
