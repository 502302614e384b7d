package graph

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func ways(text string) ([]string, func(string) []string) {
	var names []string
	to := map[string][]string{}
	for line := range strings.SplitSeq(text, ";") {
		words := strings.Fields(line)
		names = append(names, words[0])
		to[words[0]] = words[1:]
	}
	return names, func(n string) []string { return to[n] }
}

func TestCircles(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a b;b c;c":               "[]",
		"a a;b":                   "[[a]]",
		"a b;b c;c a;d a":         "[[a b c]]",
		"a x;b":                   "[]", // x is none of them
		"a b;b a;c d;d c;e a c":   "[[a b] [c d]]",
		"a b c;b d;c d;d":         "[]", // two ways are no circle
		"a b;b c a;c b":           "[[a b c]]",
		"a b;b c;c d;d b;e e;f":   "[[b c d] [e]]",
		"a b b b;b a a a":         "[[a b]]",
		"a b;b b c;c d;d c;e e a": "[[c d] [b] [e]]",
	} {
		names, next := ways(text)
		if got := fmt.Sprint(Circles(names, next)); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestWay(t *testing.T) {
	t.Parallel()
	names, next := ways("a x b;b c d;c d;d a;x;e a")
	for name, want := range map[string]string{"a": "[b d a]", "c": "[d a b c]", "e": "[]", "x": "[]"} {
		if got := fmt.Sprint(Way(name, names, next)); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// Whatever the graph: a name is in a circle exactly if there is a way from it to itself.
func TestCirclesAgainstWays(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		n := 1 + r.IntN(9)
		to := map[string][]string{}
		var names []string
		for i := range n {
			names = append(names, fmt.Sprint(i))
			for range r.IntN(3) {
				to[fmt.Sprint(i)] = append(to[fmt.Sprint(i)], fmt.Sprint(r.IntN(n)))
			}
		}
		next := func(n string) []string { return to[n] }
		in := slices.Concat(Circles(names, next)...)
		for _, name := range names {
			if way := Way(name, names, next); (way != nil) != slices.Contains(in, name) {
				t.Fatalf("%v: %s is in %v, its way is %v", to, name, in, way)
			}
		}
		closing := Closing(names, next)
		if (len(closing) == 0) != (len(in) == 0) {
			t.Fatalf("%v: without %v, and circles are %v", to, closing, in)
		}
		without := func(n string) []string {
			return slices.DeleteFunc(slices.Clone(to[n]), func(o string) bool { return slices.Contains(closing, Edge{n, o}) })
		}
		if left := Circles(names, without); len(left) > 0 {
			t.Fatalf("%v: without %v there still is %v", to, closing, left)
		}
	}
}

// A long chain does not take the stack.
func TestCirclesOfALongChain(t *testing.T) {
	t.Parallel()
	const n = 200_000
	names := make([]string, n)
	index := map[string]int{}
	for i := range names {
		names[i] = fmt.Sprint(i)
		index[names[i]] = i
	}
	got := Circles(names, func(s string) []string { return []string{names[(index[s]+1)%n]} })
	if len(got) != 1 || len(got[0]) != n {
		t.Errorf("%d circles", len(got))
	}
}
