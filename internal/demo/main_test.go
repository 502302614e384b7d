package demo_test

import (
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"slipway.dev/internal/cli"
	"slipway.dev/internal/sandbox"
	"slipway.dev/internal/shim"
)

// TestMain makes this test's binary the program itself when it is called with a verb, so
// that the demo's control plane, edge, shims and builds are real processes of it.
func TestMain(m *testing.M) {
	sandbox.Init()
	shim.Init()
	if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-") {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		context.AfterFunc(ctx, stop)
		os.Exit(cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// temp gives a directory for all that a demo writes. Its path is short, for sockets.
func temp(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "demo")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// nothingLeft fails if a demo has left a file in its directory, or a process that knows it.
func nothingLeft(t *testing.T, dir string) {
	t.Helper()
	found, err := os.ReadDir(dir)
	if err != nil || len(found) > 0 {
		t.Errorf("left in %s: %v %v", dir, found, err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		left := processes(t, dir)
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Errorf("processes are left:\n%s", strings.Join(left, "\n"))
			return
		}
	}
}

// processes gives the command lines that name a directory, or whose process stands in it.
func processes(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, p := range all {
		line, _ := os.ReadFile(p + "/cmdline") // it may have ended meanwhile
		stands, _ := os.Readlink(p + "/cwd")
		if strings.Contains(string(line), dir+"/") || strings.HasPrefix(stands, dir) {
			found = append(found, p+": "+strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return found
}
