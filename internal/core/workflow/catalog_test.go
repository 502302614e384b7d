package workflow_test

import (
	"encoding/json"
	"slices"
	"testing"

	"slipway.dev/internal/core/workflow"
)

// TestCatalog wants each of our functions to be described, its schemas to be schemas, and its
// example to be right.
func TestCatalog(t *testing.T) {
	t.Parallel()
	want := []string{"approval", "form", "deploy", "rollback", "promote", "gate", "smoke", "notify", "incident", "metric", "job", "load", "fault", "log"}
	names := workflow.FunctionNames()
	if slices.Sort(want); !slices.Equal(slices.Sorted(slices.Values(names)), want) {
		t.Errorf("functions: %v", names)
	}
	for _, f := range workflow.Functions {
		if f.Summary == "" || f.Repeats == "" {
			t.Errorf("%s has no summary, or does not say what happens if it is called again", f.Name)
		}
		for _, schema := range []json.RawMessage{f.With, f.Output} {
			var v any
			if err := json.Unmarshal(schema, &v); err != nil {
				t.Fatal(err)
			}
			if _, err := workflow.CompileSchema(v); err != nil {
				t.Errorf("%s: %v", f.Name, err)
			}
		}
		d := parse(t, head+"do:\n"+f.Example)
		if len(d.Do) != 1 || d.Do[0].Call == nil || d.Do[0].Call.Function != f.Name {
			t.Errorf("the example of %s calls something else", f.Name)
		}
	}
	if workflow.FunctionNamed("nothing") != nil {
		t.Error("there is a function `nothing`")
	}
}
