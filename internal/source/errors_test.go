package source

import (
	"strings"
	"testing"
)

func TestDamageOfTheOtherSideIsNotOurs(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]bool{
		"remote: error: object file x is empty; fatal: early EOF": false,
		"error: object file x is empty; fatal: loose object":      true,
		"fatal: couldn't find remote ref refs/heads/x":            false,
	} {
		if got := isDamage(&commandError{command: "fetch", said: said}); got != want {
			t.Errorf("%s: %v", said, got)
		}
	}
}

// TestTheSameTroubleReadsTheSame is what keeps a source that is down out of the journal
// but once.
func TestTheSameTroubleReadsTheSame(t *testing.T) {
	t.Parallel()
	m := newMirror(t)
	var texts []string
	for range 2 {
		_, err := m.Fetch(t.Context(), Remote{URL: "http://127.0.0.1:1/x.git", Branch: "main"})
		if err == nil || strings.Contains(err.Error(), "\n") {
			t.Fatalf("not one line: %v", err)
		}
		texts = append(texts, err.Error())
	}
	if texts[0] != texts[1] || strings.Contains(texts[0], " ms") {
		t.Errorf("texts: %q", texts)
	}
	said := &tail{b: []byte("fatal: \x1b[31mFailed to connect to x port 1 after 12 ms: refused\nmore\n")}
	if got := said.String(); got != "fatal: [31mFailed to connect to x port 1: refused; more" {
		t.Errorf("got %q", got)
	}
}
