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

func TestFastNames(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	for range 20_000 {
		b := make([]byte, r.IntN(6))
		for i := range b {
			b[i] = "az09-_A\xc3\xa9 \n"[r.IntN(11)]
		}
		if got, want := isName(string(b)), rules["Name"].compiled.Match(b); got != want {
			t.Fatalf("%q: %v, and the pattern says %v", b, got, want)
		}
	}
}
