package workflow_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"slipway.dev/internal/core/workflow"
)

// Whatever is in a file: no panic, each problem has a place in it, and what is accepted is the
// same after it was written and read.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/*.yaml", "testdata/bad/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no files %s: %v", pattern, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
			if d, problems := workflow.Parse("f", data); problems == nil {
				f.Add([]byte(d.Canonical))
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, problems := workflow.Parse("f", data)
		if (d == nil) != (len(problems) > 0) {
			t.Fatalf("a definition and problems: %v", problems)
		}
		lines := bytes.Count(data, []byte("\n")) + bytes.Count(data, []byte("\r")) + bytes.Count(data, []byte("\u0085")) +
			bytes.Count(data, []byte("\u2028")) + bytes.Count(data, []byte("\u2029")) + 3
		for _, p := range problems {
			if p.Line < 1 || p.Column < 1 || p.Text == "" || p.Line > lines {
				t.Errorf("problem without a place: %+v", p)
			}
		}
		if d == nil {
			return
		}
		for pointer, task := range d.Tasks {
			if task.Pointer != pointer || task.Kind == "" {
				t.Errorf("%s is %+v", pointer, task)
			}
		}
		loaded, err := workflow.Load(d.Canonical)
		if err != nil || loaded.Digest != d.Digest || len(loaded.Tasks) != len(d.Tasks) {
			t.Fatalf("loaded: %v\n%s", err, d.Canonical)
		}
	})
}
