package source

import (
	"regexp"
	"strings"
)

// lineEnd stands between the lines of what git said.
const lineEnd = "; "

// tail keeps the end of what is written to it.
type tail struct{ b []byte }

const tailSize = 2048

func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	if len(t.b) > tailSize {
		t.b = append([]byte{}, t.b[len(t.b)-tailSize:]...)
	}
	return len(p), nil
}

// varying are the parts of git's messages that are different each time.
var varying = regexp.MustCompile(` after \d+ ms`)

// String gives it as one line without control characters, because a remote may have written
// it, and without what varies, so that the same trouble reads the same each time.
func (t *tail) String() string {
	line := strings.Join(strings.FieldsFunc(strings.ToValidUTF8(string(t.b), "?"), func(r rune) bool { return r == '\n' || r == '\r' }), lineEnd)
	return varying.ReplaceAllString(strings.Map(printable, line), "")
}
