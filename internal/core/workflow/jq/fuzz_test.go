package jq_test

import (
	"os"
	"runtime"
	"strings"
	"testing"

	"slipway.dev/internal/core/workflow/jq"
)

// fuzzSteps is how many steps an evaluation has here, so that much can be tried; fuzzBytes what it may then make
// all in all: garbage, too.
const (
	fuzzSteps = 100_000
	fuzzBytes = 96 << 20
)

// FuzzEval evaluates any expression over any value. Whatever it is, it ends without a panic, makes no
// more than its steps allow, does the same when it is done again, and leaves what it was given alone.
func FuzzEval(f *testing.F) {
	for _, name := range []string{"testdata/same.jq", "testdata/hostile.jq"} {
		lines, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for line := range strings.Lines(string(lines)) {
			f.Add(strings.TrimSpace(line), `{"s":"aaab","a":[3,1,2],"o":{"x":1,"y":[{}]},"z":null}`)
		}
	}
	f.Fuzz(func(t *testing.T, source, data string) {
		in, err := jq.Decode([]byte(data))
		if err != nil || len(data) > 10_000 {
			return
		}
		expr, err := jq.Compile(source)
		if err != nil {
			return
		}
		before, err := jq.Encode(in)
		if err != nil {
			return
		}
		v, left, err := measured(t, expr, in)
		again, leftAgain, errAgain := measured(t, expr, in)
		if left != leftAgain || (err == nil) != (errAgain == nil) {
			t.Errorf("first %d steps were left and %v, then %d and %v", left, err, leftAgain, errAgain)
		}
		if after, err := jq.Encode(in); err != nil || string(after) != string(before) {
			t.Errorf("the input was changed from %s to %s", before, after)
		}
		if err != nil {
			return
		}
		same(t, v, again)
	})
}

func measured(t *testing.T, expr *jq.Expr, in any) (any, int, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	v, left, err := expr.EvalWith(fuzzSteps, in, jq.Vars{"__now": 1.5, "secrets": map[string]any{}})
	runtime.ReadMemStats(&after)
	if made := after.TotalAlloc - before.TotalAlloc; made > fuzzBytes {
		t.Errorf("%d MB were made", made>>20)
	}
	return v, left, err
}

func same(t *testing.T, v, again any) {
	first, err := jq.Encode(v)
	if err != nil {
		t.Fatalf("the result cannot be written: %v", err)
	}
	second, err := jq.Encode(again)
	if err != nil || string(first) != string(second) {
		t.Errorf("first it gives %.100s, then %.100s, %v", first, second, err)
	}
}
