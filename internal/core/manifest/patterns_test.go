package manifest

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// Whatever the patterns: what is said without asking net/http is what it says.
func TestPatternsAgreeWithTheServeMux(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	parts := []string{"a", "b", "{x}", "{y}", "{x...}", "{$}", "", "{", "a{x}", "{x}a", ".", "..", "%2F", "%", "{1}", "{_a1}", "{}", "{é}", "}"}
	random := func() string {
		var p []string
		for range 1 + r.IntN(3) {
			p = append(p, parts[r.IntN(len(parts))])
		}
		return []string{"", "GET ", "HEAD ", "POST ", "GET  "}[r.IntN(5)] + "/" + strings.Join(p, "/")
	}
	clean := func(s string) string { return "GET /" + s[strings.IndexByte(s, '/')+1:] } // with a method, the path counts
	conflicts, good := 0, 0
	for range 30_000 {
		a, b := random(), random()
		if got, want := checkRequest(a) == nil, Taken(clean(a)) == nil; got != want {
			t.Fatalf("%q: %v, and net/http says %v", a, checkRequest(a), Taken(clean(a)))
		}
		if checkRequest(a) != nil || checkRequest(b) != nil || Request(a).canonical() == Request(b).canonical() {
			continue
		}
		good++
		want := Taken(a, b) != nil
		if got := conflict([]string{a}, b) != ""; got != want {
			t.Fatalf("%q and %q: conflict %v, and net/http says %v", a, b, got, Taken(a, b))
		}
		if want {
			conflicts++
		}
	}
	if good < 1000 || conflicts < 100 {
		t.Errorf("only %d pairs and %d conflicts: the test does not try what it is for", good, conflicts)
	}
}

// Whatever the text: what is said without regular expressions is what they say.
func TestFastPatterns(t *testing.T) {
	t.Parallel()
	parts := map[string][]string{
		"Name":     {"a", "z", "0", "9", "-", "_", "A", "é", "\xc3", " ", "\n"},
		"Request":  {"GET", "A", "Z", " ", "/", "a", "{b}", "#", "?", "\t", "\n", "\v", "É", "\xc3"},
		"Duration": {"1", "09", ".", "ms", "5m", "s", "7h", "d", "1.5", "\n", "-"},
	}
	r := rand.New(rand.NewPCG(7, 8))
	for name, rule := range rules {
		if rule.fast == nil {
			continue
		}
		fit := 0
		for range 20_000 {
			text := ""
			for range r.IntN(6) {
				text += parts[name][r.IntN(len(parts[name]))]
			}
			want := rule.compiled.MatchString(text)
			if got := rule.fast(text); got != want {
				t.Fatalf("%s %q: %v, and the pattern says %v", name, text, got, want)
			}
			if want {
				fit++
			}
		}
		if fit < 500 {
			t.Errorf("%s: only %d texts had the pattern: the test does not try what it is for", name, fit)
		}
	}
}
