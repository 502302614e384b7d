package manifest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

// outline writes a tree with all that is known of it.
func outline(n node) string {
	var b strings.Builder
	var write func(n node, depth int)
	write = func(n node, depth int) {
		fmt.Fprintf(&b, "%s%d:%d %d %s %q\n", strings.Repeat(" ", depth), n.Line, n.Column, n.Kind, n.Tag, n.Value)
		for _, c := range n.Content {
			write(c, depth+1)
		}
	}
	write(n, 0)
	return b.String()
}

// byLibrary gives the trees of a text as the library reads them.
func byLibrary(text string) ([]string, error) {
	loader, err := yaml.NewLoader(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	var out []string
	for {
		var doc yaml.Node
		if err := loader.Load(&doc); err != nil {
			if err.Error() == "EOF" {
				err = nil
			}
			return out, err
		}
		if doc.Kind == yaml.DocumentNode && len(doc.Content) > 0 {
			if t := treeOf(doc.Content[0], 0, map[*yaml.Node]node{}); !isNothing(t) {
				out = append(out, outline(t))
			}
		}
	}
}

// agrees holds what the quick reader understands to what the library does.
func agrees(t *testing.T, text string) (understood bool) {
	t.Helper()
	if (&decoder{}).readable(text) && splits(text) && nextPage(text) == len(text) {
		var q quick
		top, ok := q.read(text, 1)
		if ok {
			want, err := byLibrary(text)
			switch {
			case err != nil:
				t.Fatalf("the quick reader reads what is no YAML (%v):\n%s\n%s", err, text, outline(top))
			case top == nil && len(want) > 0 || top != nil && len(want) != 1:
				t.Fatalf("the library sees %d documents in\n%s\n%s", len(want), text, strings.Join(want, "\n"))
			case top != nil && want[0] != outline(top):
				t.Fatalf("of\n%s\n%s", text, cmp.Diff(want[0], outline(top)))
			}
			understood = true
		}
	}
	fast, wrong := look("f", text, &quick{})
	slow, wrongSlow := look("f", text, nil)
	if strings.Contains(wrongSlow.Error(), "not YAML") && strings.Contains(wrong.Error(), "not YAML") {
		return understood // the library looks ahead into the next document, and may say something else
	}
	if diff := cmp.Diff(wrongSlow.Error(), wrong.Error()); diff != "" {
		t.Fatalf("other problems (-library +quick) of\n%s\n%s", text, diff)
	}
	if len(fast) != len(slow) {
		t.Fatalf("%d resources, and by the library %d, of\n%s", len(fast), len(slow), text)
	}
	for i := range fast {
		path := []string{"spec", "steps", "[1]", "service"}
		if fast[i].Digest != slow[i].Digest || fast[i].At != slow[i].At || fast[i].Where(path...) != slow[i].Where(path...) {
			t.Fatalf("%s at %s and %s of\n%s", fast[i].ID(), fast[i].Where(path...), slow[i].Where(path...), text)
		}
	}
	return understood
}

func TestQuickAgreesWithTheLibrary(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"good", "bad"} {
		for _, data := range corpus(t, folder) {
			agrees(t, string(data))
			for doc := range bytes.SplitSeq(data, []byte("\n---\n")) {
				agrees(t, string(doc)+"\n")
			}
		}
	}
	for text, want := range map[string]bool{
		"a: b": true, "a: b\n": true, "---\na: b\n": true, "--- # x\na: b\n": true, "# x\n\na: b # c\n  # d\nc: d#e\n": true, "---": true, "": true, "\n\n": true,
		"a:\n  b: c\n  d:\n  - e\n  - f: g\n    h: i\n  -   j: k\n      l: m\nn: o\n": true,
		"a:\n- b\n- c\nd: e\n": true, "a:\n  - b\n  - c: {d: e, f: [g, h]}\n  -\n    i: j\n": true, "- a\n- b\n": true, "- - a\n": false,
		"a: {b: c}\n": true, "a: {}\nb: []\n": true, "a: {b: c,}\n": true, "a: [b,]\n": true, "a: [,]\n": false, "a: {b}\n": false, "a: {b: }\n": false, "a: [b: c]\n": false,
		"a: {b: c]\n": false, "a: {b:c}\n": false, "a: {b: c, d: {e: [f, {g: h}]}} # i\n": true, "a: {b: 'c', d: \"e\"}\n": true, "a: {b: c} d\n": false, "a: {b: c}#d\n": false,
		"a: \"b\"\n": true, "a: 'b'\n": true, "a: 'b''c'\n": false, "a: \"b\\n\"\n": false, "a: \"b\" c\n": false, "a: \"b\"# c\n": false, "a: 'b\n  c'\n": false, "a: \"b: c # d\"\n": true,
		"a: b\n  c\n": false, "a: b: c\n": false, "a: b:\n": false, "a:\nb: c\n": false, "a: |\n  b\n": false, "a: &b c\n": false, "a: *b\n": false, "a: !!str b\n": false,
		"a: -1\n": false, "a: - b\n": false, "a: ? b\n": false, "? a\n: b\n": false, "a: @b\n": false, "a: b\n c: d\n": false, "  a: b\n  c: d\n": true, "  a: b\nc: d\n": false,
		"a: 1\nb: 0\nc: 1.5\nd: 99.9%\ne: 30d\nf: 15m\ng: 10/s\nh: 300ms\ni: true\nj: null\nk: ~\n":                 false,
		"a: 1\nb: 0\nc: 1.5\nd: 99.9%\ne: 30d\nf: 15m\ng: 10/s\nh: 300ms\ni: true\nj: null\nl: 0.40 EUR\nm: 12 f\n": true,
		"a: 010\n": false, "a: 0x1F\n": false, "a: 1_0\n": false, "a: 1e3\n": false, "a: 2026-01-01\n": false, "a: 12:30\n": false, "a: 1.\n": false, "a: 0b1\n": false, "a: 9999999999999999\n": false,
		"yes: no\n7: 8\ntrue: y\n": true, "a: ä ö\nü: b\n": false, "a: {b: ü, c: d}\n": true, "a: b\n...\n": true, "a: b\u2028c\n": true, "a: b\tc\n": false, "a:\tb\n": false,
		"a: b\n-c: d\n": false, "a: b\n- c\n": false, "a:\n  - b\n - c\n": false, "a:\n    b: c\n  d: e\n": false, "a:\n  b:\n    c: d\n e: f\n": false, "a b: c\n": false, "a.b/c-d_e: f\n": true, "a :b\n": false, "a : b\n": false,
		"a: http://x:80/y\n": true, "a: [http://x:80/y, b:c]\n": true, "a: [b c, d]\n": true, "a: [a#b, c #d]\n": false, "a: b,c]d\n": true, "a: x{y}\n": true, "a: [x{y}]\n": false, "a: [b?, c]\n": false,
		"a: b   \nc: d  # e\n": true, "- a: b\n  c: d\n- e\n": true, "- a: b\n c: d\n": false, "-\n  a: b\n": true, "-\n- a\n": false, "a:\n\n  b: c\n": true, "---\n---\n": true,
	} {
		got := agrees(t, text)
		if splits(text) && nextPage(text) == len(text) && got != want {
			t.Errorf("%q: understood is %v", text, got)
		}
	}
}

// What most manifests look like is understood, or the quick reader is of no use.
func TestQuickUnderstandsManifests(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"shop.yaml", "platform.yaml", "flows.yaml", "governing.yaml"} {
		data := corpus(t, "good")[file]
		var all, understood int
		for doc := range strings.SplitSeq(string(data), "\n---\n") {
			all++
			if _, ok := (&quick{}).read(doc+"\n", 1); ok {
				understood++
			}
		}
		t.Logf("%s: %d of %d documents", file, understood, all)
		if file == "flows.yaml" && understood < all-1 {
			t.Errorf("only %d of %d documents of %s are understood", understood, all, file)
		}
	}
}

func FuzzQuick(f *testing.F) {
	for _, folder := range []string{"good", "bad"} {
		for _, data := range corpus(f, folder) {
			for doc := range strings.SplitSeq(string(data), "\n---\n") {
				f.Add(doc)
			}
		}
	}
	for _, s := range []string{"a: {b: c}\nd:\n- e\n- f: g\n  h: i\n", "a: [b, 'c', \"d\"] # e\n", "a: 1\nb: 2.5\nc: 30d\n", "---\na: b\n---\nc: d\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { agrees(t, text) })
}

// pieces are what random texts are made of: what the quick reader reads, and what it must
// not.
var pieces = strings.Split(`a: |b|c: d|- |  |    |\n|\n  |\n    |\n- |{|}|[|]|, |,|: |:| #|#|"|'|1|0|2.5|30d|99%|~|true|null|é|e: f|- g|{h: i}|[j, k]|"l"|'m'|-|---|\n---\n|&n|*n|!o|?|@|%|.| |x y|/z`, "|")

// Whatever is put together of pieces that mean something: the quick reader sees what the
// library sees, or nothing.
func TestQuickAgreesOnRandomTexts(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	understood := 0
	for range 40_000 {
		var b strings.Builder
		if r.IntN(2) == 0 {
			b.WriteString("a: ")
		}
		for range 1 + r.IntN(12) {
			b.WriteString(strings.ReplaceAll(pieces[r.IntN(len(pieces))], `\n`, "\n"))
		}
		if agrees(t, b.String()) {
			understood++
		}
	}
	t.Logf("%d of 40000 were understood", understood)
	if understood < 2000 {
		t.Errorf("only %d were understood", understood)
	}
}
