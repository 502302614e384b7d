package process

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/shim"
	"slipway.dev/internal/target"
)

// logDir makes the log of an instance of three files of three lines each, l0 to l8.
func logDir(t *testing.T, tg *Target, id string) string {
	t.Helper()
	path := filepath.Join(tg.logDir(id), shim.LogFile)
	if err := os.MkdirAll(tg.logDir(id), 0o700); err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{path + ".2", path + ".1", path} {
		text := fmt.Sprintf("l%d\nl%d\nl%d\n", 3*i, 3*i+1, 3*i+2)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

func TestTail(t *testing.T) {
	t.Parallel()
	tg := open(t, Options{Dir: t.TempDir()})
	logDir(t, tg, "a")
	const all = "l0 l1 l2 l3 l4 l5 l6 l7 l8"
	for n, want := range map[int]string{
		0: all, 1: "l8", 2: "l7 l8", 3: "l6 l7 l8", 4: "l5 l6 l7 l8", 6: "l3 l4 l5 l6 l7 l8", 9: all, 99: all,
	} {
		r, err := tg.Logs(t.Context(), "a", target.LogOptions{Tail: n})
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if got := strings.Join(strings.Fields(string(b)), " "); err != nil || got != want {
			t.Errorf("tail %d: %q, %v, want %q", n, got, err, want)
		}
	}
}

// TestFollowAcrossRotations writes and rotates while the log is followed.
func TestFollowAcrossRotations(t *testing.T) {
	t.Parallel()
	tg := open(t, Options{Dir: t.TempDir(), Logs: shim.Rotation{Size: 1, Files: 2}})
	path := logDir(t, tg, "a")
	if err := os.MkdirAll(tg.instanceDir("a"), 0o700); err != nil { // it is there
		t.Fatal(err)
	}
	r, err := tg.Logs(t.Context(), "a", target.LogOptions{Tail: 1, Follow: true})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	lines := bufio.NewScanner(r)
	expect := func(n int) {
		t.Helper()
		if !lines.Scan() || lines.Text() != fmt.Sprintf("l%d", n) {
			t.Fatalf("got %q, %v, want l%d", lines.Text(), lines.Err(), n)
		}
	}
	expect(8)
	for n := 9; n < 15; n += 2 {
		appendLine(t, path, n) // once in the file that is open, and once in the one after it
		if err := os.Rename(path+".1", path+".2"); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path, path+".1"); err != nil {
			t.Fatal(err)
		}
		appendLine(t, path, n+1)
		expect(n)
		expect(n + 1)
	}
	if err := os.Remove(tg.instanceDir("a")); err != nil {
		t.Fatal(err)
	}
	if lines.Scan() || lines.Err() != nil {
		t.Errorf("after the end: %q, %v", lines.Text(), lines.Err())
	}
}

func appendLine(t *testing.T, path string, n int) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := fmt.Fprintf(f, "l%d\n", n); err != nil {
		t.Fatal(err)
	}
}

func TestOldLogsArePruned(t *testing.T) {
	t.Parallel()
	tg := open(t, Options{Dir: t.TempDir(), LogKeep: time.Hour})
	for _, id := range []string{"old", "running", "fresh"} {
		path := logDir(t, tg, id)
		if id != "fresh" {
			past := time.Now().Add(-2 * time.Hour)
			if err := os.Chtimes(path, past, past); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.Mkdir(tg.instanceDir("running"), 0o700); err != nil {
		t.Fatal(err)
	}
	tg.pruneLogs(time.Now())
	for id, want := range map[string]fault.Code{"old": fault.NotFound, "running": "", "fresh": ""} {
		r, err := tg.Logs(t.Context(), id, target.LogOptions{})
		if fault.CodeOf(err) != want {
			t.Errorf("%s: %v", id, err)
		}
		if err == nil {
			r.Close()
		}
	}
}
