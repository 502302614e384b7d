package control

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
)

// maxLine is how much of one line is shown, in bytes. The rest of it is left out, so that
// what prints without an end takes no memory.
const maxLine = 64 << 10

// lines reads line by line what may still be written to.
type lines struct {
	in   *bufio.Reader
	part []byte // of a line whose end was not there yet
}

func newLines(r io.Reader) *lines { return &lines{in: bufio.NewReader(r)} }

// next gives a line without its end. At the end of what there is so far it gives io.EOF, and
// may be called again when more was written: a line that was begun is then given whole. rest
// gives it as it is.
func (l *lines) next() (string, error) {
	for {
		piece, err := l.in.ReadSlice('\n')
		l.part = append(l.part, piece[:min(len(piece), maxLine-len(l.part))]...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case err != nil:
			return "", err
		default:
			return l.rest(), nil
		}
	}
}

func (l *lines) rest() string {
	text := string(bytes.TrimRight(l.part, "\r\n"))
	l.part = l.part[:0]
	return strings.ToValidUTF8(text, "\uFFFD")
}
