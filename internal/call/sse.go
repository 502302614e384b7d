package call

import (
	"bufio"
	"bytes"
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

// lines reads lines that end in CR LF, LF or CR.
type lines struct {
	*bufio.Scanner
	limited *io.LimitedReader
	afterCR bool
	first   bool
}

func newLines(r io.Reader, limit int64) *lines {
	l := &lines{limited: &io.LimitedReader{R: r, N: limit + 1}, first: true}
	l.Scanner = bufio.NewScanner(l.limited)
	l.Buffer(nil, int(limit)+2)
	l.Split(l.split)
	return l
}

// split ends a line at a CR at once: whether an LF follows shows only when more comes, which
// may be minutes later.
func (l *lines) split(b []byte, atEOF bool) (advance int, token []byte, err error) {
	rest := b
	if l.afterCR && len(b) > 0 {
		l.afterCR = false
		rest = bytes.TrimPrefix(b, []byte("\n"))
	}
	skipped := len(b) - len(rest)
	end := bytes.IndexAny(rest, "\r\n")
	switch {
	case end >= 0:
		advance, token = skipped+end+1, rest[:end]
		l.afterCR = rest[end] == '\r'
	case atEOF && len(rest) > 0:
		advance, token = len(b), rest
	default:
		return skipped, nil, nil
	}
	if l.first {
		l.first = false
		token = bytes.TrimPrefix(token, []byte("\xef\xbb\xbf"))
	}
	return advance, token, nil
}

// failure says why there are no more lines; nil: the stream ended.
func (l *lines) failure() error {
	if l.limited.N <= 0 || errors.Is(l.Err(), bufio.ErrTooLong) {
		return errTooLong
	}
	return l.Err()
}
