package jq_test

import (
	"testing"

	"slipway.dev/internal/core/workflow/jq"
)

// BenchmarkEval has what workflows are made of.
func BenchmarkEval(b *testing.B) {
	in, err := jq.Decode([]byte(`{"colors":["blue","green"],"pets":[{"name":"Rex","age":3},{"name":"Tom","age":9}],"user":{"firstName":"Ann","lastName":"Lee"}}`))
	if err != nil {
		b.Fatal(err)
	}
	vars := jq.Vars{"context": map[string]any{"count": 3}, "input": in, "workflow": map[string]any{"id": "x"}}
	for _, source := range []string{
		`.user.firstName`,
		`.colors + ["red"]`,
		`($context.count | . >= 3) and (.pets | length) == 2`,
		`"Hello \(.user.firstName) \(.user.lastName)!"`,
		`{colors: (.colors + ["red"]), names: [.pets[] | select(.age > 5) | .name]}`,
		`.pets[0].age |= . + 1`,
		`.pets | map(.name | test("^R"))`,
	} {
		b.Run(source, func(b *testing.B) {
			expr, err := jq.Compile(source)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := expr.Eval(in, vars); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCompile is what the first use of a definition pays for each expression.
func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := jq.Compile(`{colors: (.colors + ["red"]), names: [.pets[] | select(.age > 5) | .name]}`); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkJSON is what a run pays to read and write a value.
func BenchmarkJSON(b *testing.B) {
	data := []byte(`{"colors":["blue","green"],"pets":[{"age":3,"name":"Rex"},{"age":9,"name":"Tom"}],"user":{"firstName":"Ann","lastName":"Lee"}}`)
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := jq.Decode(data); err != nil {
				b.Fatal(err)
			}
		}
	})
	v, err := jq.Decode(data)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := jq.Encode(v); err != nil {
				b.Fatal(err)
			}
		}
	})
}
