package nearest_test

import (
	"strings"
	"testing"

	"slipway.dev/internal/core/nearest"
)

func TestDidYouMean(t *testing.T) {
	t.Parallel()
	known := []string{"retry", "timeout", "do"}
	for word, want := range map[string]string{
		"rerty":                  "did you mean `retry`?",
		"Timeout":                "did you mean `timeout`?",
		"od":                     "did you mean `do`?",
		"elephant":               "known here: `do`, `retry`, `timeout`",
		strings.Repeat("x", 500): "known here: `do`, `retry`, `timeout`",
	} {
		if got := nearest.DidYouMean(word, known); got != want {
			t.Errorf("%q: %s, want %s", word, got, want)
		}
	}
	if got := nearest.DidYouMean("x", nil); got != "there are none here" {
		t.Errorf("nothing known: %s", got)
	}
}
