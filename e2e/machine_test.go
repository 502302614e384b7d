package e2e

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"slipway.dev/e2e/house"
)

// refusedToStart runs a control plane that must end with a text that has these words and
// an exit code that is not success.
func refusedToStart(t *testing.T, ctx context.Context, h *house.House, words ...string) {
	t.Helper()
	must(t, h.Begin(""))
	select {
	case <-h.Ended():
	case <-ctx.Done():
		t.Fatal("it still runs")
	}
	if code := house.ExitCode(h.Err()); code < 1 || code > 7 {
		t.Errorf("it ended with %v", h.Err())
	}
	for _, w := range append(words, "error: ", "hint: ") {
		if !strings.Contains(h.Output(), w) {
			t.Errorf("nothing is said of %q:\n%s", w, h.Output())
		}
	}
	if strings.Contains(h.Output(), "goroutine ") {
		t.Errorf("it panicked:\n%s", h.Output())
	}
}

// TestDamagedDatabase starts on a database that was cut off or written over. It says so and
// ends; users go on, and with the right file so does everything.
func TestDamagedDatabase(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	h, repo := found(t, ctx, house.Version{Name: "v0"})
	traffic := h.Traffic(ctx, 50, 4, nil)
	h.Stop()
	path := filepath.Join(h.Data(), "slipway.db")
	good, err := os.ReadFile(path)
	must(t, err)
	for name, damaged := range map[string][]byte{
		"cut off":      good[:len(good)/2],
		"written over": append([]byte(strings.Repeat("x", 200)), good[200:]...),
		"empty pages":  append(good[:4096:4096], make([]byte, len(good)-4096)...),
	} {
		t.Log(name)
		must(t, os.WriteFile(path, damaged, 0o600))
		refusedToStart(t, ctx, h, path)
		for _, left := range []string{"-wal", "-shm"} {
			_ = os.Remove(path + left) // of the damaged one; there may be none
		}
	}
	must(t, os.WriteFile(path, good, 0o600))
	must(t, h.Up(ctx, ""))
	_, err = h.Deliver(ctx, repo, house.Version{Name: "v1"})
	must(t, err)
	audited(t, ctx, h)
	traffic.Stop()
	must(t, traffic.Check())
}

// TestPortTaken starts where somebody listens already.
func TestPortTaken(t *testing.T) {
	t.Parallel()
	ctx, cancel := house.Soon(t.Context())
	defer cancel()
	for name, address := range map[string]func(*house.House) string{
		"API":  (*house.House).API,
		"edge": func(h *house.House) string { return h.HTTP },
	} {
		t.Log(name)
		h := newHouse(t, house.Options{})
		l, err := net.Listen("tcp", address(h))
		must(t, err)
		refusedToStart(t, ctx, h, address(h))
		must(t, l.Close())
		must(t, h.Up(ctx, "")) // nothing stands in the way of the next try
	}
}

// TestDiskFull fills the disk of the data directory in the middle of everything.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	disk, err := os.MkdirTemp("/tmp", "sl")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(disk) })
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=256m"); err != nil {
		t.Skipf("only root can mount a small disk: %v", err)
	}
	t.Cleanup(func() { must(t, syscall.Unmount(disk, syscall.MNT_DETACH)) })
	h := newHouse(t, house.Options{Data: filepath.Join(disk, "d")})
	must(t, h.Up(ctx, ""))
	repo, err := h.Found(ctx, t.TempDir()+"/repo", house.Version{Name: "v0"})
	must(t, err)
	traffic := h.Traffic(ctx, 50, 4, nil)

	filler := filepath.Join(disk, "filler")
	fill(t, filler)
	commit, err := h.Ship(ctx, repo, house.Version{Name: "v1"})
	if commit == "" {
		t.Fatal(err)
	}
	must(t, house.Wait(ctx, "somebody says that the disk is full", func() (bool, error) {
		return strings.Contains(h.Output(), "full") || strings.Contains(h.Output(), "no space left"), nil
	}))
	must(t, os.Remove(filler))
	if !h.Runs() {
		must(t, h.Up(ctx, ""))
	}
	_, err = h.Deliver(ctx, repo, house.Version{Name: "v2"})
	must(t, err)
	audited(t, ctx, h)
	traffic.Stop()
	must(t, traffic.Check())
}

// fill takes all the room that is left.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	must(t, err)
	defer f.Close()
	for size := 1 << 20; size >= 1; {
		if _, err := f.Write(make([]byte, size)); err != nil {
			size /= 16
		}
	}
}
