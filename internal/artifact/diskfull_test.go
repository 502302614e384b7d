package artifact

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestDiskFull(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		t.Skip("only root can mount a small disk here: ", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	s := openStore(t, filepath.Join(dir, "store"), Options{})
	first := build(t, s, request("echo x > $OUT/x", nil))

	// What is built fits once, and not again as an artifact.
	r := request("head -c 1500000 /dev/zero > $OUT/big", nil)
	_, err := s.Build(t.Context(), r)
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("a build on a full disk: %v", err)
	}
	if err := s.Verify(t.Context(), first.Digest); err != nil {
		t.Errorf("what was there before: %v", err)
	}
	for _, left := range []string{"work/*", "layout/ingest/*"} {
		if found, _ := filepath.Glob(filepath.Join(s.dir, left)); len(found) != 0 {
			t.Errorf("it left %v", found)
		}
	}
	r = request("head -c 500000 /dev/zero > $OUT/big", nil)
	res := build(t, s, r)
	if info, err := os.Stat(filepath.Join(unpack(t, s, res.Digest), "big")); err != nil || info.Size() != 500000 {
		t.Errorf("with space again: %v, %v", info, err)
	}
}
