package call

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// event is a server-sent event.
type event struct{ id, name, data string }

// errTooLong says that a stream is longer than it may be.
var errTooLong = errors.New("the stream is too long")

// readEvents gives each server-sent event of a stream to yield, until it says no or the stream
// ends. It reads as the HTML standard says: an event without data is none, and one that is cut off by the end is
// none, either. Of the stream, at most limit bytes are read.
func readEvents(r io.Reader, limit int64, yield func(event) bool) error {
	var e event
	var data []string
	lines := newLines(r, limit)
	for lines.Scan() {
		line := lines.Text()
		if line == "" {
			if data != nil {
				e.data = strings.Join(data, "\n")
				if !yield(e) {
					return nil
				}
			}
			e, data = event{id: e.id}, nil
			continue
		}
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "data":
			data = append(data, value)
		case "event":
			e.name = value
		case "id":
			if !strings.Contains(value, "\x00") {
				e.id = value
			}
		}
	}
	return lines.failure()
}

// lines reads lines that end in CR LF, LF or CR. A line ends at its CR at once: whether an LF
// follows shows only when more comes, which may be minutes later.
type lines struct {
	limited *io.LimitedReader
	from    *bufio.Reader
	line    []byte
	afterCR bool
	err     error
}

func newLines(r io.Reader, limit int64) *lines {
	l := &lines{limited: &io.LimitedReader{R: r, N: limit + 1}}
	l.from = bufio.NewReader(l.limited)
	if mark, err := l.from.Peek(1); err == nil && mark[0] == 0xef { // a byte order mark
		if mark, err = l.from.Peek(3); err == nil && string(mark) == "\xef\xbb\xbf" {
			_, _ = l.from.Discard(3) // it is there
		}
	}
	return l
}

// Scan reads a line; false: there is none. What is cut off by the end is one, too.
func (l *lines) Scan() bool {
	l.line = l.line[:0]
	for {
		b, err := l.from.ReadByte()
		if err != nil {
			l.err = err
			return len(l.line) > 0
		}
		wasCR := l.afterCR
		l.afterCR = b == '\r'
		switch {
		case b == '\n' && wasCR:
		case b == '\r' || b == '\n':
			return true
		default:
			l.line = append(l.line, b)
		}
	}
}

// Text gives the line without its end.
func (l *lines) Text() string { return string(l.line) }

// failure says why there are no more lines; nil: the stream ended.
func (l *lines) failure() error {
	switch {
	case l.limited.N <= 0:
		return errTooLong
	case errors.Is(l.err, io.EOF):
		return nil
	}
	return l.err
}
