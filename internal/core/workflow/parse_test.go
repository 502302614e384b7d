package workflow_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"slipway.dev/internal/core/workflow"
)

// specification is the folder of the specification's data. Without it the test is skipped.
func specification(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("OPEN_WORKFLOW_SPEC")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "open-workflow")
	}
	if _, err := os.Stat(filepath.Join(dir, "schema", "workflow.yaml")); err != nil {
		t.Skipf("the specification is not here: set OPEN_WORKFLOW_SPEC (%v)", err)
	}
	return dir
}

// examples of the specification, by their names.
func examples(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(specification(t), "examples", "*.yaml"))
	if err != nil || len(files) < 68 {
		t.Fatalf("found %d examples: %v", len(files), err)
	}
	out := map[string][]byte{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(f)] = data
	}
	return out
}

func TestExamples(t *testing.T) {
	t.Parallel()
	all := examples(t)
	good := 0
	for name, data := range all {
		d, problems := workflow.Parse(name, data)
		if problems != nil {
			t.Errorf("%v", problems)
			continue
		}
		for _, p := range append(d.Warnings, d.Refusals()...) {
			t.Log(p)
		}
		good++
	}
	fmt.Printf("examples: %d of %d parse\n", good, len(all))
}
