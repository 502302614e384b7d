package run

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func testRing() *ring {
	r := &ring{}
	r.masks(map[string]string{"<T>": "tok", "<L>": "longer-tok-en"}, map[string]string{"<O>": "other-value", "<S>": "abc"})
	return r
}

func TestMask(t *testing.T) {
	t.Parallel()
	r := testRing()
	for in, want := range map[string]string{
		"a tok b longer-tok-en": "a <T> b <L>", // the longest first
		"abc":                   "abc",         // too short to be looked for, as nobody was given it
		"other-value":           "<O>",
		"b3RoZXItdmFsdWU=":      "<O>", // base64
	} {
		if got := r.text(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
	got := r.mask(map[string]any{"tok": []any{"x tok", 7, nil, true, map[string]any{"k": "other-value"}}})
	if diff := cmp.Diff(map[string]any{"<T>": []any{"x <T>", 7, nil, true, map[string]any{"k": "<O>"}}}, got); diff != "" {
		t.Error(diff)
	}
	var none *ring
	if none.text("tok") != "tok" || none.mask("tok") != "tok" {
		t.Error("no ring masks something")
	}
}

// TestMaskedWriter cuts an output at every place: what comes out must not depend on it.
func TestMaskedWriter(t *testing.T) {
	t.Parallel()
	const printed = "first tok\r\nlonger-tok-en and tok\n\nrest tok"
	for cut := range len(printed) {
		var lines []string
		w := &maskedWriter{ring: testRing(), line: func(s string) { lines = append(lines, s) }}
		for _, part := range []string{printed[:cut], printed[cut:]} {
			if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
				t.Fatal(n, err)
			}
		}
		w.flush()
		if diff := cmp.Diff([]string{"first <T>", "<L> and <T>", "", "rest <T>"}, lines); diff != "" {
			t.Errorf("cut at %d: %s", cut, diff)
		}
	}
}

func TestMaskedWriterOfOneLongLine(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	w := &maskedWriter{ring: testRing(), line: func(s string) { out.WriteString(s) }}
	line := strings.Repeat(strings.Repeat("x", 1021)+"longer-tok-en", 1000)
	for part := line; part != ""; {
		n := min(len(part), 3001)
		_, _ = w.Write([]byte(part[:n]))
		part = part[n:]
	}
	w.flush()
	if got := out.String(); strings.Contains(got, "tok") || strings.Count(got, "<L>") != 1000 || len(got) != len(line)-1000*10 {
		t.Errorf("%d bytes, %d marks", len(got), strings.Count(got, "<L>"))
	}
}
