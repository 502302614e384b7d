package jq_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/itchyny/gojq"

	"slipway.dev/internal/core/workflow/jq"
)

// TestSame holds the rewritten expressions against gojq itself: each line of the file is an
// expression that both evaluate over the same input, with all results put in an array.
func TestSame(t *testing.T) {
	t.Parallel()
	lines, err := os.ReadFile("testdata/same.jq")
	if err != nil {
		t.Fatal(err)
	}
	const input = `{"a":[3,1,2,{"b":null}],"n":{"x":1.5,"y":-2,"z":"é€😀"},"s":"one, two; three","t":true,"big":123456789012345678901234567890,
		"people":[{"name":"Ann","age":31},{"name":"Bob","age":25},{"name":"Cid","age":31}],"e":[],"o":{},"m":[[1,2],[3]]}`
	count := 0
	for line := range strings.Lines(string(lines)) {
		source := strings.TrimSpace(line)
		if source == "" || strings.HasPrefix(source, "#") {
			continue
		}
		count++
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			in, err := jq.Decode([]byte(input))
			if err != nil {
				t.Fatal(err)
			}
			want, failed := plain(source, in)
			expr, err := jq.Compile("[" + source + "]")
			if err != nil {
				t.Fatal(err)
			}
			v, err := expr.Eval(in, nil)
			if (err != nil) != failed {
				t.Fatalf("error %v, gojq's %v: %s", err, failed, want)
			}
			if failed {
				return
			}
			got, err := jq.Encode(v)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, string(got)); diff != "" {
				t.Errorf("(-gojq +ours):\n%s", diff)
			}
			if after, err := jq.Encode(in); err != nil || string(after) != normal(t, input) {
				t.Errorf("the input was changed: %s, %v", after, err)
			}
		})
	}
	if count < 200 {
		t.Errorf("only %d expressions", count)
	}
}

func normal(t *testing.T, s string) string {
	v, err := jq.Decode([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	b, err := jq.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// plain evaluates with gojq alone; it may change what it is given, so that it gets a copy.
func plain(source string, in any) (text string, failed bool) {
	query, err := gojq.Parse("[" + source + "]")
	if err != nil {
		return err.Error(), true
	}
	code, err := gojq.Compile(query)
	if err != nil {
		return err.Error(), true
	}
	b, err := gojq.Marshal(in)
	if err != nil {
		return err.Error(), true
	}
	fresh, err := jq.Decode(b)
	if err != nil {
		return err.Error(), true
	}
	v, _ := code.Run(fresh).Next()
	if err, ok := v.(error); ok {
		return err.Error(), true
	}
	b, err = gojq.Marshal(v)
	return string(b), err != nil
}
