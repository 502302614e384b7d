package source

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"slipway.dev/internal/core/fault"
)

// smallDisk gives a directory on a file system of its own.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skip("only root can mount a small disk here: ", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

func TestDiskFull(t *testing.T) {
	t.Parallel()
	r, dir := newRepo(t), smallDisk(t, "1m")
	m, err := OpenMirror(filepath.Join(dir, "mirror"))
	must(t, err)
	r.write("slipway.yaml", "one")
	first := r.commit("first")
	fetch(t, m, r.remote())

	filler := filepath.Join(dir, "filler")
	_ = os.WriteFile(filler, make([]byte, 1<<20), 0o600) // as much as fits
	r.write("big", strings.Repeat("0123456789abcdef", 1000))
	second := r.commit("second")
	want(t, m, r.remote(), ErrDiskFull, fault.Unavailable)
	if files, err := m.Manifests(t.Context(), first); err != nil || len(files) != 1 {
		t.Errorf("what was fetched before: %v, %v", files, err)
	}
	out := filepath.Join(dir, "out")
	if _, err := m.Checkout(t.Context(), first, "", out); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a checkout on a full disk: %v", err)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a half checkout was left")
	}
	must(t, os.Remove(filler))
	if head := fetch(t, m, r.remote()); head != second {
		t.Errorf("with space again: %s, want %s", head, second)
	}
}
