package job

import (
	"fmt"
	"io"
	"strings"
)

// keeper keeps the first bytes of an output and hands all of it on. It is written to by
// one goroutine.
type keeper struct {
	to   io.Writer // nil: nobody
	text []byte
	over int64
}

// Write never fails by to: a job must not fail by its log.
func (k *keeper) Write(p []byte) (int, error) {
	room := min(len(p), Kept-len(k.text))
	k.text = append(k.text, p[:room]...)
	k.over += int64(len(p) - room)
	if k.to != nil {
		_, _ = k.to.Write(p)
	}
	return len(p), nil
}

// String gives what was kept, as text, and says what was not.
func (k *keeper) String() string {
	s := strings.ToValidUTF8(string(k.text), "\uFFFD")
	if k.over > 0 {
		s += fmt.Sprintf("\n… %d more bytes are not kept: an output has up to %d", k.over, Kept)
	}
	return s
}
