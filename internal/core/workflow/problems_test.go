package workflow_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway.dev/internal/core/workflow"
)

// TestProblems reads files in which a comment behind a line is the beginning of a problem's
// text, or a part of it, and wants those problems, all of them, and no others.
func TestProblems(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "bad", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			d, problems := workflow.Parse(file, text)
			if d != nil {
				t.Error("there is a definition in spite of problems")
			}
			found := map[int][]string{}
			for _, p := range problems {
				found[p.Line] = append(found[p.Line], p.Text)
			}
			for i, line := range strings.Split(string(text), "\n") {
				_, want, wanted := strings.Cut(line, " # ")
				all := strings.Join(found[i+1], "\n")
				if wanted && !strings.Contains(all, want) {
					t.Errorf("line %d: want %q, got %q", i+1, want, all)
				}
				if !wanted && all != "" {
					t.Errorf("line %d: %s", i+1, all)
				}
			}
		})
	}
}

// TestPlaces wants line, column and path of a problem in YAML and in JSON.
func TestPlaces(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"document: {dsl: 1.0.3, namespace: a, name: b, version: 1.0.0}\ndo:\n  - a/b:\n      wait: soon\n": "f:4:13 /do/0/a~1b/wait",
		`{"document": {"dsl": "1.0.3", "namespace": "ä", "name": "b", "version": "1.0.0"}, "do": []}`:      "f:1:44 /document/namespace",
		"{\n\t\"do\": [\n\t\t{\"a\": {\"set\": {\"x\": 1},\n\t\t\"wait\":\t5}}\n\t]\n}":                    "f:1:1 ",
		"do:\n - a\n\t- b": "f:3:1 ",
	} {
		_, problems := workflow.Parse("f", []byte(text))
		if len(problems) == 0 {
			t.Errorf("no problem in %s", text)
			continue
		}
		if got := fmt.Sprintf("%s %s", problems[0].Position, problems[0].Path); got != want {
			t.Errorf("%s\nis at %s, want %s (%s)", text, got, want, problems[0].Text)
		}
	}
}
