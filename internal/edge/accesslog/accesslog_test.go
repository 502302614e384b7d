package accesslog

import (
	"bufio"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRotatesAndIsBounded(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "access.log")
	l, err := open(path, 10_000, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for range 2000 {
		l.Write(Line{Method: "GET", Path: "/" + strings.Repeat("x", 100), Status: 200})
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) != keep+1 {
		t.Fatalf("files %v, %v", files, err)
	}
	for _, name := range files {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > 80_000 || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %d bytes, mode %o", name, info.Size(), info.Mode().Perm())
		}
		checkLines(t, name)
	}
}

func checkLines(t *testing.T, name string) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		var line Line
		if err := json.Unmarshal(s.Bytes(), &line); err != nil || line.Status != 200 {
			t.Fatalf("%s: %q: %v", name, s.Text(), err)
		}
	}
}
