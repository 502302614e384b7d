package release

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
)

func TestLogIsBounded(t *testing.T) {
	t.Parallel()
	logs := Logs{t.TempDir()}
	log, err := logs.Create("tickets", "r1")
	if err != nil {
		t.Fatal(err)
	}
	log.left = 100
	var writers sync.WaitGroup
	for range 4 { // the outputs of a build are written by several
		writers.Go(func() {
			for n := range 100 {
				if n, err := fmt.Fprintln(log, "line", n); n == 0 || err != nil {
					t.Error(n, err)
				}
			}
		})
	}
	writers.Wait()
	fmt.Fprint(log, "the end")
	if tail := log.Tail(); !strings.HasSuffix(tail, "\nthe end") || len(tail) > tailSize || strings.HasPrefix(tail, "ine") {
		t.Errorf("%q", tail)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	if n, err := fmt.Fprint(log, "more"); n != 4 || err != nil {
		t.Errorf("a build fails by its log: %d, %v", n, err)
	}
	f, err := logs.Open("tickets", "r1")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if b, err := io.ReadAll(f); err != nil || len(b) > 200 || !strings.Contains(string(b), "over the limit") {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

func TestPrune(t *testing.T) {
	t.Parallel()
	logs := Logs{t.TempDir()}
	for _, id := range []string{"old", "new"} {
		log, err := logs.Create("tickets", id)
		if err != nil {
			t.Fatal(err)
		}
		log.Close()
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(logs.path("tickets", "old"), old, old); err != nil {
		t.Fatal(err)
	}
	if err := logs.Prune(time.Now().Add(-time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := logs.Open("tickets", "old"); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	f, err := logs.Open("tickets", "new")
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
}

func TestTail(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"", ""}, {"one\ntwo\n", "one\ntwo"}, {"a\xffb", "a\uFFFDb"},
		{strings.Repeat("x", 3000) + "\nlast\n", "last"},
		{strings.Repeat("y", 3000), strings.Repeat("y", tailSize)},
	} {
		for _, step := range []int{1, 7, 5000} {
			var tl tail
			for rest := c.in; rest != ""; {
				n := min(step, len(rest))
				tl.add([]byte(rest[:n]))
				rest = rest[n:]
			}
			if got := tl.lines(); got != c.want {
				t.Errorf("%.20q by %d: %.40q", c.in, step, got)
			}
		}
	}
}
