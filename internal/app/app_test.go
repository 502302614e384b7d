package app_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"slipway.dev/client"
	"slipway.dev/internal/app"
	"slipway.dev/internal/cli"
	"slipway.dev/internal/sandbox"
	"slipway.dev/internal/shim"
)

// TestMain is also the edge that the control planes of these tests start.
func TestMain(m *testing.M) {
	sandbox.Init()
	shim.Init()
	if len(os.Args) > 1 && os.Args[1] == "edge" {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		os.Exit(cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// up is a control plane that runs in this process.
type up struct {
	*client.Client
	t    *testing.T
	out  buffer
	stop context.CancelFunc
	err  chan error // what Up returned
}

type buffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

var quiet = slog.New(slog.DiscardHandler)

// dataDir is a data directory that is taken down in the end.
func dataDir(t *testing.T) string {
	t.Helper()
	root, err := os.MkdirTemp("/tmp", "sl") // the paths of sockets are short
	must(t, err)
	t.Cleanup(func() {
		if err := app.Down(context.Background(), filepath.Join(root, "d"), io.Discard, quiet); err != nil && exists(filepath.Join(root, "d")) {
			t.Error(err)
		}
		must(t, os.RemoveAll(root))
	})
	return filepath.Join(root, "d")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func options(data string) app.Options {
	return app.Options{
		Data: data, Socket: filepath.Join(data, "api.sock"), Listen: "127.0.0.1:0",
		EdgeHTTP: []string{"127.0.0.1:0"}, EdgeInternal: "127.0.0.1:0", KeepReleases: 5, Out: io.Discard, Log: quiet,
	}
}

// start starts a control plane on a data directory.
func start(t *testing.T, data string, change ...func(*app.Options)) *up {
	t.Helper()
	u := &up{t: t, err: make(chan error, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	u.stop = cancel
	o := options(data)
	o.Out = &u.out
	for _, f := range change {
		f(&o)
	}
	go func() { u.err <- app.Up(ctx, o) }()
	var err error
	u.Client, err = client.New(client.Options{Socket: o.Socket})
	must(t, err)
	t.Cleanup(u.end)
	return u
}

// says waits until a control plane prints something.
func (u *up) says(what string) *up {
	u.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !strings.Contains(u.out.String(), what); time.Sleep(5 * time.Millisecond) {
		select {
		case err := <-u.err:
			u.t.Fatalf("it ended: %v\n%s", err, u.out.String())
		default:
		}
		if time.Now().After(deadline) {
			u.t.Fatalf("it does not say %q:\n%s", what, u.out.String())
		}
	}
	return u
}

// end stops it, and waits until it has ended in peace.
func (u *up) end() {
	u.t.Helper()
	if u.stop == nil {
		return
	}
	u.stop()
	u.stop = nil
	if err := <-u.err; err != nil {
		u.t.Error(err)
	}
}

// page is the address of the page that it greets with.
func (u *up) page() string {
	u.t.Helper()
	found := regexp.MustCompile(`page +(http://\S+)`).FindStringSubmatch(u.out.String())
	if found == nil {
		u.t.Fatal(u.out.String())
	}
	return found[1]
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func taken(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}
