package shim

import (
	"os"
	"strconv"
	"sync"
	"time"
)

// LogFile is the name of the newest log; older ones have ".1", ".2" and so on appended.
const LogFile = "log"

// Rotation bounds what an instance's logs take on disk: Size × (Files + 1).
type Rotation struct {
	Size  int64 `json:"size"`  // bytes of a file, about
	Files int   `json:"files"` // older files kept
	Rate  int64 `json:"rate"`  // bytes a second in the long run; what is above it is left out and counted
}

// burst is how many seconds of Rate may come at once.
const burst = 4

// logFile is the rotated log of one instance. Its errors (disk full) lose lines, never
// stop the app.
type logFile struct {
	mu      sync.Mutex
	path    string
	rules   Rotation
	file    *os.File
	size    int64
	allowed float64 // bytes that may be written now
	filled  time.Time
	choked  bool // until a second's worth may be written again, so that what is kept hangs together
	dropped int  // lines left out since the last one written
}

func openLog(path string, r Rotation, now time.Time) (*logFile, error) {
	l := &logFile{path: path, rules: r, allowed: float64(r.Rate * burst), filled: now}
	return l, l.open()
}

func (l *logFile) open() error {
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o640)
	if err != nil {
		return err
	}
	fi, err := f.Stat()
	if err != nil {
		f.Close()
		return err
	}
	l.file, l.size = f, fi.Size()
	return nil
}

// admit says whether n bytes may be written now, and remembers if not.
func (l *logFile) admit(n int, now time.Time) bool {
	l.allowed = min(l.allowed+now.Sub(l.filled).Seconds()*float64(l.rules.Rate), float64(l.rules.Rate*burst))
	l.filled = now
	l.choked = l.rules.Rate > 0 && (l.allowed < float64(n) || l.choked && l.allowed < float64(l.rules.Rate))
	if l.choked {
		l.dropped++
		return false
	}
	l.allowed -= float64(n)
	return true
}

// line writes one line: time, stream and text. A text that goes on in the next line has
// the stream's name with a "+". It says whether lines are taken at present.
func (l *logFile) line(stream string, text []byte, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.admit(len(text)+40, now) {
		return false
	}
	var buf [256]byte
	b := buf[:0]
	if l.dropped > 0 {
		b = now.UTC().AppendFormat(b, stamp)
		b = append(b, " sys "+strconv.Itoa(l.dropped)+" lines left out: more than "...)
		b = append(b, strconv.FormatInt(l.rules.Rate>>20, 10)+" MiB a second, or the disk was full\n"...)
	}
	b = now.UTC().AppendFormat(b, stamp)
	b = append(append(append(b, ' '), stream...), ' ')
	b = append(append(b, text...), '\n')
	if l.write(b) {
		l.dropped = 0
	} else {
		l.dropped++
	}
	return true
}

const stamp = "2006-01-02T15:04:05.000000Z"

// write says whether all of b was written: it is not when the disk is full.
func (l *logFile) write(b []byte) bool {
	if l.file == nil && l.open() != nil {
		return false
	}
	n, err := l.file.Write(b)
	l.size += int64(n)
	if err == nil && l.size >= l.rules.Size {
		l.rotate()
	}
	return err == nil
}

func (l *logFile) rotate() {
	l.file.Close()
	l.file = nil
	for i := l.rules.Files; i > 0; i-- {
		from := l.path
		if i > 1 {
			from += "." + strconv.Itoa(i-1)
		}
		_ = os.Rename(from, l.path+"."+strconv.Itoa(i))
	}
	if l.rules.Files == 0 {
		_ = os.Remove(l.path)
	}
	_ = l.open() // tried again with the next line
}
