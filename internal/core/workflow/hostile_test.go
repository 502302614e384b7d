package workflow_test

import (
	"fmt"
	"strings"
	"testing"

	"slipway.dev/internal/core/workflow"
)

const head = "document: {dsl: 1.0.3, namespace: a, name: b, version: 1.0.0}\n"

// TestHostile gives files that are made to cost more than they look. All are refused, and for
// the right reason; that they are in time is what go test's own limit says.
func TestHostile(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct{ text, want string }{
		"aliases":            {head + "do:\n" + bomb(), "there is too much in this file"},
		"aliases of all":     {"a: &a [*b, *b]\nb: &b [*a]\n", "not YAML"},
		"an alias of itself": {"a: &a {b: *a}\n" + head + "do: []\n", "this is nested more than"},
		"deep lists":         {head + "do: []\nmetadata: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000), "nested more than"},
		"very deep lists":    {strings.Repeat("[", 500_000), "not YAML"},
		"deep JSON":          {`{"a":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "}", "nested more than"},
		"deep tasks":         {head + "do: " + nested(70), "tasks are nested more than 64 deep"},
		"too long":           {head + "do: []\n#" + strings.Repeat("x", workflow.MaxFile), "larger than 1 MB"},
		"many values":        {head + "do: [{a: {set: {x: [" + strings.Repeat("1,", 200_000) + "1]}}}]", "there is too much"},
		"not text":           {"a: \xff\xfe", "not UTF-8"},
		"two documents":      {head + "do: []\n---\n" + head, "there is a second document"},
		"merge keys":         {"a: &a {b: 1}\n" + head + "do: [{x: {set: {<<: *a}}}]\n", "merge keys"},
		"policies everywhere": {head + "use: {authentications: {a: {bearer: {token: x}, x: [" + fields(20_000, "%d") + "]}}}\ndo:\n" +
			repeat(100, "  - a%d: {call: http, with: {method: get, endpoint: {uri: 'http://a', authentication: {use: a}}}}\n"), "there is too much in this file"},
		"names that are not there": {head + "do:\n" + repeat(15_000, "  - task%d: {set: {a: 1}, then: tusk%[1]d}\n"), "there is no task"},
		"long numbers":             {`{"n": ` + strings.Repeat("9", 100_000) + "}", "is no number that can be used"},
		"a schema that doubles": {head + "use: {functions: {f: {set: {a: 1}, input: {schema: {document: " +
			"{properties: {x: {allOf: [{$ref: '#'}, {$ref: '#'}]}}}}}}}}\n" +
			"do: [{a: {call: f, with: " + strings.Repeat("{x: ", 60) + "1" + strings.Repeat("}", 60) + "}}, {b: {wait: soon}}]\n", "is no ISO 8601 duration"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			d, problems := workflow.Parse("f", []byte(c.text))
			if d != nil || !strings.Contains(problems.Error(), c.want) {
				t.Errorf("want %q, got %.300s", c.want, problems.Error())
			}
			if len(problems) > 201 {
				t.Errorf("%d problems are told", len(problems))
			}
		})
	}
}

// TestSchemaSteps wants a schema that doubles its work with each level of a value to be stopped.
func TestSchemaSteps(t *testing.T) {
	t.Parallel()
	itself := map[string]any{"$ref": "#"}
	c, err := workflow.CompileSchema(map[string]any{"properties": map[string]any{"x": map[string]any{"allOf": []any{itself, itself}}}})
	if err != nil {
		t.Fatal(err)
	}
	var v any = 1
	for range 5 {
		v = map[string]any{"x": v}
	}
	if err := workflow.Validate(c, v); err != nil {
		t.Errorf("a few levels: %v", err)
	}
	for range 60 {
		v = map[string]any{"x": v}
	}
	if err := workflow.Validate(c, v); err == nil || !strings.Contains(err.Error(), "too many steps") {
		t.Errorf("many levels: %v", err)
	}
	if err := workflow.Validate(c, map[string]any{"x": 1}); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// TestLarge wants large workflows that mean well to be read.
func TestLarge(t *testing.T) {
	t.Parallel()
	many := head + "use: {extensions: [" + fields(300, "{e%d: {extend: all, before: []}}") + "]}\ndo:\n" + repeat(10_000, "  - a%d: {set: {a: '${ .x }'}}\n")
	if d := parse(t, many); len(d.Tasks) != 10_000 || len(d.Do[0].Before) != 300 {
		t.Errorf("%d tasks, %d extensions", len(d.Tasks), len(d.Do[0].Before))
	}
	if d := parse(t, head+"do: "+nested(workflow.MaxNested)); len(d.Tasks) != workflow.MaxNested {
		t.Errorf("%d tasks in each other", len(d.Tasks))
	}
}

// TestDataIsNotEvaluated wants expressions to be read in definitions only, and nowhere in what
// is marked as data.
func TestDataIsNotEvaluated(t *testing.T) {
	t.Parallel()
	d := parse(t, head+`do:
  - a: {set: {x: "${ .a }"}, metadata: {note: "${ this is no expression"}}
  - b:
      input: {schema: {document: {const: "${ nor is this }"}}}
      set: {x: 1}
`)
	if v := d.Tasks["/do/0/a"].Metadata["note"]; v != "${ this is no expression" {
		t.Errorf("metadata is %v", v)
	}
}

func bomb() string {
	var b strings.Builder
	b.WriteString("- a0: {set: &a0 {x: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}}\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&b, "- a%d: {set: &a%d {x: [%s]}}\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	return b.String()
}

func nested(depth int) string {
	return strings.Repeat("[{a: {do: ", depth-1) + "[{a: {set: {x: 1}}}]" + strings.Repeat("}}]", depth-1)
}

func fields(n int, format string) string { return strings.TrimSuffix(repeat(n, format+", "), ", ") }

func repeat(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}
