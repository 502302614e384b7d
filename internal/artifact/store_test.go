package artifact

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/sandbox"
	"slipway.dev/internal/sign"
)

func TestMain(m *testing.M) {
	sandbox.Init()
	os.Exit(m.Run())
}

// plain runs builds as they are, for tests that are not about confinement.
type plain struct{}

func (plain) Run(ctx context.Context, c Command) error {
	cmd := exec.CommandContext(ctx, c.Args[0], c.Args[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = c.Dir, c.Env, c.Output, c.Output
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return cmd.Run()
}

func newKey(t *testing.T) sign.Key {
	t.Helper()
	k, err := sign.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func openStore(t *testing.T, dir string, opts Options) *Store {
	t.Helper()
	if opts.Runner == nil {
		opts.Runner = plain{}
	}
	if opts.Signer == nil {
		opts.Signer = newKey(t)
	}
	s, err := Open(dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = removeAll(dir) }) // with its read-only directories
	return s
}

func newStore(t *testing.T) *Store {
	t.Helper()
	return openStore(t, t.TempDir(), Options{})
}

const commit = "0123456789abcdef0123456789abcdef01234567"

var commitTime = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// request is a build of files given as path -> content.
func request(run string, files map[string]string) Request {
	return Request{
		ID: "b1", Service: "tickets", Source: "https://example.test/shop.git", Commit: commit, CommitTime: commitTime, Run: run,
		TimeLimit: 2 * time.Minute,
		Checkout: func(_ context.Context, dst string) error {
			for path, content := range files {
				full := filepath.Join(dst, path)
				if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
					return err
				}
				if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func build(t *testing.T, s *Store, r Request) Result {
	t.Helper()
	var log strings.Builder
	r.Log = &log
	res, err := s.Build(t.Context(), r)
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	return res
}

func unpack(t *testing.T, s *Store, digest string) string {
	t.Helper()
	dir, err := s.Unpack(t.Context(), digest)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func wantFile(t *testing.T, path, content string) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || string(got) != content {
		t.Errorf("%s: %q, %v; want %q", path, got, err, content)
	}
}

func wantFault(t *testing.T, err error, code fault.Code, text string) {
	t.Helper()
	if !fault.Is(err, code) || !strings.Contains(fmt.Sprint(err), text) {
		t.Errorf("got %v; want %s with %q", err, code, text)
	}
}
