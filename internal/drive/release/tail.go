package release

import "strings"

// tail keeps the last lines of what passes through it.
type tail struct{ text string }

// tailSize is how much is kept, in bytes: about as much as a person reads at once.
const tailSize = 2000

func (t *tail) add(p []byte) {
	t.text += string(p[max(0, len(p)-tailSize-1):]) // one more shows that something was cut
	if len(t.text) > tailSize {
		t.text = t.text[len(t.text)-tailSize:]
		if _, whole, ok := strings.Cut(t.text, "\n"); ok {
			t.text = whole
		}
	}
}

func (t *tail) lines() string { return strings.TrimRight(strings.ToValidUTF8(t.text, "\uFFFD"), "\n") }
