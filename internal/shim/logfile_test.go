package shim

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newLog(t *testing.T, r Rotation) *logFile {
	t.Helper()
	l, err := openLog(filepath.Join(t.TempDir(), LogFile), r, noon)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.file.Close() })
	return l
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPumpWritesLines(t *testing.T) {
	t.Parallel()
	l := newLog(t, Rotation{Size: 1 << 20})
	long := strings.Repeat("x", maxLine)
	pump("out", strings.NewReader("one\n\ntwo\n"+long+"tail\nlast without end"), l)
	var got []string
	for line := range strings.Lines(read(t, l.path)) {
		at, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if _, err := time.Parse(time.RFC3339, at); err != nil {
			t.Error(err)
		}
		got = append(got, rest)
	}
	want := []string{"out one", "out ", "out two", "out+ " + long, "out tail", "out last without end"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %.200q", got)
	}
}

func TestRotationBoundsTheDisk(t *testing.T) {
	t.Parallel()
	l := newLog(t, Rotation{Size: 1000, Files: 2})
	for i := range 1000 {
		l.line("out", fmt.Appendf(nil, "line %d", i), noon)
	}
	files, err := os.ReadDir(filepath.Dir(l.path))
	if err != nil || len(files) != 3 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	all := read(t, l.path+".2") + read(t, l.path+".1") + read(t, l.path)
	lines := strings.Split(strings.TrimSpace(all), "\n")
	if len(all) > 3100 || !strings.HasSuffix(lines[len(lines)-1], "line 999") {
		t.Errorf("%d bytes are kept, the last is %q", len(all), lines[len(lines)-1])
	}
	for i, line := range lines {
		if want := fmt.Sprintf("line %d", 1000-len(lines)+i); !strings.HasSuffix(line, " out "+want) {
			t.Fatalf("%q instead of %q", line, want)
		}
	}
}

func TestRateLeavesOutAndTells(t *testing.T) {
	t.Parallel()
	l := newLog(t, Rotation{Size: 1 << 30, Rate: 1 << 20})
	line := []byte(strings.Repeat("x", 1000))
	for range 10_000 { // 10 MB at once; 4 MiB may come in a burst
		l.line("out", line, noon)
	}
	written := strings.Count(read(t, l.path), "\n")
	if written < 3900 || written > 4200 {
		t.Errorf("%d lines of the burst", written)
	}
	l.line("out", []byte("too soon"), noon.Add(900*time.Millisecond))
	written--
	l.line("out", []byte("later"), noon.Add(time.Second))
	lines := strings.Split(strings.TrimSpace(read(t, l.path)), "\n")
	if got := lines[len(lines)-2]; !strings.Contains(got, fmt.Sprintf(" sys %d lines left out", 10_000-written)) {
		t.Errorf("told %q", got)
	}
	if !strings.HasSuffix(lines[len(lines)-1], " out later") {
		t.Errorf("last %q", lines[len(lines)-1])
	}
}

func TestFullDiskLosesLinesOnly(t *testing.T) {
	t.Parallel()
	l := newLog(t, Rotation{Size: 1000, Files: 1})
	l.line("out", []byte("before"), noon)
	good := l.file
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	l.file = full
	for range 100 {
		l.line("out", []byte("lost"), noon)
	}
	full.Close()
	l.file = good
	l.line("out", []byte("after"), noon)
	if got := read(t, l.path); strings.Contains(got, "lost") || !strings.Contains(got, "before") ||
		!strings.Contains(got, "100 lines left out") || !strings.Contains(got, "after") {
		t.Errorf("log %q", got)
	}
}
