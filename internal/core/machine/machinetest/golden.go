package machinetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/machine"
)

// Golden holds a machine to states that are already in somebody's store: file has one on
// each line, as the version in its name wrote them, and each must be read whole. With
// -update a file that is not there is written, of the fullest state that each script comes through; one
// that is there is never written again. current is the machine's version, version the
// file's.
func Golden[S any](t *testing.T, m machine.Machine[S], current, version int, scripts, file string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) && *update && version == current {
		raw = fullest(t, m, scripts)
		err = errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, raw, 0o644))
	}
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range bytes.Lines(raw) {
		n++
		var state S
		if version == current {
			err = json.Unmarshal(line, &state)
		} else {
			state, err = m.Upgrade(version, line)
		}
		if err != nil {
			t.Errorf("%s:%d: %v", file, n, err)
			continue
		}
		if diff := cmp.Diff(tree(t, line), tree(t, machine.Must(state))); diff != "" && version == current {
			t.Errorf("%s:%d is not read whole (-written then +read now):\n%s", file, n, diff)
		}
	}
	if n == 0 {
		t.Errorf("%s has no states", file)
	}
}

func tree(t *testing.T, raw []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// fullest gives the longest of each script's states, one on a line.
func fullest[S any](t *testing.T, m machine.Machine[S], scripts string) []byte {
	t.Helper()
	files, err := filepath.Glob(scripts)
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts at %s (%v)", scripts, err)
	}
	var out bytes.Buffer
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := parse(string(raw))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		var longest []byte
		_, states := play(t, m, lines)
		for _, state := range states {
			if b := machine.Must(state); len(b) > len(longest) {
				longest = b
			}
		}
		out.Write(longest)
		out.WriteByte('\n')
	}
	return out.Bytes()
}
