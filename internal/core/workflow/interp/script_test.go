package interp

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/machine/machinetest"
)

// scripts is a machine that knows the workflows of testdata/*.yaml.
func scripts(t *testing.T) Machine {
	t.Helper()
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no workflows (%v)", err)
	}
	lib := Remember(nil)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		def := parsed(t, string(text))
		def.Digest = strings.TrimSuffix(filepath.Base(file), ".yaml") // scripts call them by their files
		lib.defs[def.Digest] = def
	}
	return Machine{Library: lib}
}

func TestScripts(t *testing.T) {
	machinetest.Run(t, machine.Machine[State](scripts(t)), "testdata/*.txt")
}

func TestGolden(t *testing.T) {
	t.Parallel()
	machinetest.Golden(t, machine.Machine[State](scripts(t)), Version, 1, "testdata/*.txt", "testdata/golden/v1.jsonl")
}
