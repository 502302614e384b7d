package shapetest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway.dev/internal/core/workflow"
)

// Examples gives the example workflows of the specification by their names. The test is
// skipped where they are not: they are looked for in $OPEN_WORKFLOW_SPEC, or beside the checkout in
// shared/open-workflow.
func Examples(t testing.TB) map[string]*workflow.Definition {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder(), "examples", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("the specification's examples are not here: set OPEN_WORKFLOW_SPEC to its folder")
	}
	found := map[string]*workflow.Definition{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, problems := workflow.Parse(file, content)
		if len(problems) > 0 {
			t.Fatalf("%s: %v", file, problems)
		}
		found[strings.TrimSuffix(filepath.Base(file), ".yaml")] = d
	}
	return found
}

// folder is where the specification is.
func folder() string {
	if dir := os.Getenv("OPEN_WORKFLOW_SPEC"); dir != "" {
		return dir
	}
	at, err := os.Getwd()
	if err != nil {
		return ""
	}
	for dir := at; ; dir = filepath.Dir(dir) {
		if spec := filepath.Join(dir, "..", "shared", "open-workflow"); isDir(spec) {
			return spec
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
