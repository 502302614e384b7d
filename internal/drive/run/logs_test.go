package run

import (
	"context"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
)

func read(t *testing.T, l *Logs, run string, more func(context.Context) (bool, error)) (lines []string, err error) {
	t.Helper()
	for n, err := range l.Read(t.Context(), run, more) {
		if err != nil {
			return lines, err
		}
		lines = append(lines, n.Pointer+" "+n.Stream+" "+n.Text)
	}
	return lines, nil
}

func TestLogsWhileTheyGrow(t *testing.T) {
	t.Parallel()
	l := &Logs{Dir: t.TempDir()}
	if _, err := read(t, l, "dev.x.1", nil); !fault.Is(err, fault.NotFound) {
		t.Errorf("a log that there is not: %v", err)
	}
	var going atomic.Bool
	going.Store(true)
	seen := make(chan string, 10)
	done := make(chan error, 1)
	go func() {
		for n, err := range l.Read(t.Context(), "dev.x.1", func(context.Context) (bool, error) { return going.Load(), nil }) {
			if err != nil {
				done <- err
				return
			}
			seen <- n.Text
		}
		done <- nil
	}()
	add, end := l.write("dev.x.1")
	add(Line{Pointer: "/do/0/a", Stream: "out", Text: "one"})
	if got := <-seen; got != "one" {
		t.Error(got)
	}
	again, endAgain := l.write("dev.x.1") // another process of the same run
	again(Line{Pointer: "/do/1/b", Stream: "err", Text: "two"})
	if got := <-seen; got != "two" {
		t.Error(got)
	}
	going.Store(false)
	if err := <-done; err != nil {
		t.Error(err)
	}
	end()
	endAgain()
	got, err := read(t, l, "dev.x.1", nil)
	if err != nil || strings.Join(got, "|") != "/do/0/a out one|/do/1/b err two" {
		t.Errorf("%v %v", got, err)
	}
}

func TestLogsAreBounded(t *testing.T) {
	t.Parallel()
	l := &Logs{Dir: t.TempDir()}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			add, end := l.write("big")
			defer end()
			for range 30 {
				add(Line{Stream: "out", Text: strings.Repeat("x", 1<<20)})
			}
		})
	}
	group.Wait()
	info, err := os.Stat(l.path("big"))
	if err != nil || info.Size() > maxLog+1<<20 {
		t.Errorf("%d bytes, %v", info.Size(), err)
	}
	got, err := read(t, l, "big", nil)
	if err != nil || !strings.Contains(got[len(got)-1], "over the limit and is not kept") {
		t.Errorf("%d lines, %v", len(got), err)
	}
	if err := l.Prune(time.Now().Add(time.Hour)); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(l.path("big")); !os.IsNotExist(err) {
		t.Error("it is still there")
	}
}

func TestLogNamesStayInTheirFolder(t *testing.T) {
	t.Parallel()
	l := &Logs{Dir: t.TempDir()}
	if p := l.path("../../etc/x"); strings.Count(p, "/") != strings.Count(l.Dir, "/")+1 {
		t.Error(p)
	}
}
