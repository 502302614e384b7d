package run

import (
	"bytes"
	"io"
)

// longestLine is how much of a line is waited for; overlap is what is held back of a longer
// one: more than a secret has.
const (
	longestLine = 128 << 10
	overlap     = 64 << 10
)

// maskedWriter hands lines on with secrets masked. Nothing of a line is handed on before its
// end is known, or a secret could be cut in two.
type maskedWriter struct {
	ring *ring
	line func(text string)
	rest []byte
}

var _ io.Writer = (*maskedWriter)(nil)

// Write takes output as it comes.
func (w *maskedWriter) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	for {
		i := bytes.IndexByte(w.rest, '\n')
		switch {
		case i >= 0:
			w.line(w.ring.text(string(bytes.TrimRight(w.rest[:i], "\r"))))
			w.rest = append(w.rest[:0], w.rest[i+1:]...)
		case len(w.rest) < longestLine:
			return len(p), nil
		default:
			masked := w.ring.text(string(w.rest))
			cut := max(len(masked)-overlap, 0)
			w.line(masked[:cut])
			w.rest = append(w.rest[:0], masked[cut:]...)
		}
	}
}

// flush hands on a last line that has no end.
func (w *maskedWriter) flush() {
	if len(w.rest) > 0 {
		w.line(w.ring.text(string(w.rest)))
		w.rest = nil
	}
}
