package shim

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"time"
)

// maxLine is the length in bytes above which a line is cut in pieces.
const maxLine = 64 << 10

// pump copies lines from one stream of the app to the log, until nobody can write to the
// stream any more.
func pump(stream string, from io.Reader, to *logFile) {
	r := bufio.NewReaderSize(from, maxLine)
	for {
		text, err := r.ReadSlice('\n')
		name := stream
		if errors.Is(err, bufio.ErrBufferFull) {
			name, err = stream+"+", nil
		}
		taken := true
		if len(text) > 0 {
			taken = to.line(name, bytes.TrimSuffix(text, []byte{'\n'}), time.Now())
		}
		if err != nil {
			return
		}
		if !taken && r.Buffered() == 0 {
			time.Sleep(time.Millisecond) // a flood is thrown away by the pipeful, not line by line
		}
	}
}
