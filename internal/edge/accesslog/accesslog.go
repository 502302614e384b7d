// Package accesslog writes a line of JSON for each request into a file that is rotated by
// size. It never holds up a request: what cannot be written in time is counted as missing.
package accesslog

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"
)

// How much is kept: at most (keep+1)*maxSize bytes.
const (
	maxSize = 64 << 20
	keep    = 3
	waiting = 8192 // lines
	maxText = 2048 // bytes of a path or host
)

// Line is one request. The query is not in it, because queries may hold secrets.
type Line struct {
	Time     time.Time     `json:"time"`
	Client   string        `json:"client"`
	Method   string        `json:"method"`
	Host     string        `json:"host"`
	Path     string        `json:"path"`
	Proto    string        `json:"proto"`
	Status   int           `json:"status"` // 499: the client left first
	Bytes    int64         `json:"bytes"`
	Took     time.Duration `json:"nanoseconds"`
	Service  string        `json:"service,omitempty"`
	Instance string        `json:"instance,omitempty"`
	Edge     string        `json:"edge,omitempty"` // why the edge answered itself
	Internal bool          `json:"internal,omitempty"`
}

// Log is an open access log.
type Log struct {
	path    string
	max     int64
	log     *slog.Logger
	lines   chan Line
	dropped atomic.Uint64
	stop    chan struct{}
	done    chan struct{}
	file    *os.File
	size    int64
}

// Open opens or makes the file at path.
func Open(path string, log *slog.Logger) (*Log, error) { return open(path, maxSize, log) }

func open(path string, size int64, log *slog.Logger) (*Log, error) {
	l := &Log{path: path, max: size, log: log, lines: make(chan Line, waiting), stop: make(chan struct{}), done: make(chan struct{})}
	if err := l.reopen(); err != nil {
		return nil, err
	}
	go l.run()
	return l, nil
}

// Write takes a line, or drops it if the disk does not keep up.
func (l *Log) Write(line Line) {
	select {
	case l.lines <- line:
	default:
		l.dropped.Add(1)
	}
}

// Close writes what waits; what comes later is dropped.
func (l *Log) Close() error {
	close(l.stop)
	<-l.done
	return l.file.Close()
}

func (l *Log) run() {
	defer close(l.done)
	for {
		select {
		case line := <-l.lines:
			l.batch(line)
		case <-l.stop:
			for len(l.lines) > 0 {
				l.batch(<-l.lines)
			}
			return
		}
	}
}

// batch writes a line, with all that wait behind it.
func (l *Log) batch(line Line) {
	buffer := appendLine(nil, line)
	for more := len(l.lines); more > 0 && len(buffer) < 64<<10; more-- {
		buffer = appendLine(buffer, <-l.lines)
	}
	l.write(buffer)
}

func appendLine(b []byte, line Line) []byte {
	line.Path = line.Path[:min(len(line.Path), maxText)]
	line.Host = line.Host[:min(len(line.Host), maxText)]
	text, err := json.Marshal(line)
	if err != nil {
		return b // cannot be: the fields are plain
	}
	return append(append(b, text...), '\n')
}

func (l *Log) write(b []byte) {
	if n := l.dropped.Swap(0); n > 0 {
		l.log.Warn("access log: lines are missing, the disk did not keep up", "path", l.path, "lines", n)
	}
	if l.size+int64(len(b)) > l.max {
		l.rotate()
	}
	n, err := l.file.Write(b)
	l.size += int64(n)
	if err != nil {
		l.log.Warn("access log cannot be written", "path", l.path, "error", err)
	}
}

// rotate keeps the file as path.1, what was path.1 as path.2, and so on.
func (l *Log) rotate() {
	for i := keep - 1; i > 0; i-- {
		_ = os.Rename(l.numbered(i), l.numbered(i+1)) // missing at first
	}
	if err := os.Rename(l.path, l.numbered(1)); err != nil {
		l.log.Warn("access log cannot be rotated", "path", l.path, "error", err)
	}
	old := l.file
	if err := l.reopen(); err != nil {
		l.log.Warn("access log cannot be opened anew", "path", l.path, "error", err)
		return
	}
	old.Close()
}

func (l *Log) numbered(i int) string { return fmt.Sprintf("%s.%d", l.path, i) }

func (l *Log) reopen() error {
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return err
	}
	l.file, l.size = f, info.Size()
	return nil
}
