package jq_test

import (
	"testing"

	"slipway.dev/internal/core/workflow/jq"
)

func TestEval(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`${ .colors + ["red"] }`: `["blue","red"]`,
		`.a`:                     `null`,
		`$context.x`:             `2`,
		`empty`:                  `null`,
		`"\(.colors[0])!"`:       `"blue!"`,
	} {
		expr, err := jq.Compile(source)
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		in, err := jq.Decode([]byte(`{"colors":["blue"]}`))
		if err != nil {
			t.Fatal(err)
		}
		v, err := expr.Eval(in, jq.Vars{"context": map[string]any{"x": 2}})
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		if got, err := jq.Encode(v); err != nil || string(got) != want {
			t.Errorf("%s gives %s, %v; want %s", source, got, err, want)
		}
	}
}
