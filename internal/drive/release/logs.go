package release

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"slipway.dev/internal/core/fault"
)

// Logs is the folder with the logs of builds, one file for each release.
type Logs struct{ Dir string }

// maxLog is how much of one build's log is kept, in bytes. A build that prints more goes on;
// what is over is dropped, and the log says so.
const maxLog = 64 << 20

func (l Logs) path(service, release string) string {
	return filepath.Join(l.Dir, service, release+".log")
}

// Create begins the log of a release's build anew.
func (l Logs) Create(service, release string) (*Log, error) {
	path := l.path(service, release)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	return &Log{file: f, left: maxLog}, nil
}

// Open reads the log of a release's build as far as it has come.
func (l Logs) Open(service, release string) (*os.File, error) {
	f, err := os.Open(l.path(service, release))
	if os.IsNotExist(err) {
		return nil, fault.New(fault.NotFound, "there is no log of a build of %s %s", service, release)
	}
	return f, err
}

// Prune removes the logs of builds that ended before a time.
func (l Logs) Prune(before time.Time) error {
	logs, err := filepath.Glob(l.path("*", "*"))
	for _, path := range logs {
		if info, gone := os.Stat(path); gone == nil && info.ModTime().Before(before) {
			err = errors.Join(err, os.Remove(path))
		}
	}
	return err
}

// Log is a build's log while it is written, by any number of goroutines. Writing to it never
// fails, for a build must not fail by its log: what is over, or has no room, is dropped.
type Log struct {
	mu   sync.Mutex
	file *os.File
	left int
	tail tail
}

// Write keeps p.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tail.add(p)
	if l.left <= 0 {
		return len(p), nil
	}
	keep := p[:min(len(p), l.left)]
	l.left -= len(keep)
	_, _ = l.file.Write(keep) // a full disk: see above
	if l.left == 0 {
		_, _ = l.file.WriteString("\n… the rest of this log was over the limit and is not kept\n")
	}
	return len(p), nil
}

// Tail gives the last lines that were written, also of what was dropped.
func (l *Log) Tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tail.lines()
}

// Close closes the file.
func (l *Log) Close() error { return l.file.Close() }
