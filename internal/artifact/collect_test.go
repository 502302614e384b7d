package artifact

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
)

// age makes all of a store a day old.
func age(t *testing.T, s *Store) {
	t.Helper()
	old := time.Now().Add(-24 * time.Hour)
	for _, pattern := range []string{"layout/blobs/sha256/*", "unpacked/*"} {
		paths, err := filepath.Glob(filepath.Join(s.dir, pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v, %v", pattern, paths, err)
		}
		for _, p := range paths {
			if err := os.Chtimes(p, old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func blobCount(t *testing.T, s *Store) int {
	t.Helper()
	found, err := os.ReadDir(filepath.Join(s.dir, "layout/blobs/sha256"))
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

func TestCollectKeepsWhatIsNeeded(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	kept := build(t, s, request("echo kept > $OUT/x", nil))
	gone := build(t, s, request("echo gone > $OUT/x", nil))
	keptDir, goneDir := unpack(t, s, kept.Digest), unpack(t, s, gone.Digest)
	age(t, s)
	fresh := build(t, s, request("echo fresh > $OUT/x", nil))

	done, err := s.Collect(t.Context(), []string{kept.Digest, "sha256:" + kept.Digest[7:70] + "0"}, time.Hour)
	if err != nil || done.Unpacked != 1 || done.Blobs != 4 { // manifest and layer of release and provenance
		t.Errorf("%+v, %v", done, err)
	}
	for _, d := range []string{kept.Digest, fresh.Digest} {
		if err := s.Verify(t.Context(), d); err != nil {
			t.Errorf("%s: %v", d, err)
		}
		if _, err := s.Provenance(t.Context(), d); err != nil {
			t.Errorf("%s: %v", d, err)
		}
	}
	if _, err := os.Stat(keptDir); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(goneDir); err == nil {
		t.Error("what nobody needs is still unpacked")
	}
	if err := s.Verify(t.Context(), gone.Digest); !fault.Is(err, fault.NotFound) {
		t.Errorf("what nobody needs: %v", err)
	}
	again := openStore(t, s.dir, Options{})
	if list, err := again.index.list(); err != nil || len(list) != 4 {
		t.Errorf("after a restart there are %d manifests, want 4 (%v)", len(list), err)
	}
}

// TestCollectSparesWhatIsBuiltAgain is about blobs that were old and unneeded until a
// build made the same ones.
func TestCollectSparesWhatIsBuiltAgain(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	r := request("echo same > $OUT/x", nil)
	first := build(t, s, r)
	unpack(t, s, first.Digest)
	age(t, s)
	build(t, s, r)
	if _, err := s.Collect(t.Context(), nil, time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := s.Verify(t.Context(), first.Digest); err != nil {
		t.Error(err)
	}
}

func TestCollectStopsAtDamage(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	res := build(t, s, request("echo x > $OUT/x", nil))
	unpack(t, s, res.Digest)
	build(t, s, request("echo y > $OUT/x", nil))
	age(t, s)
	path := filepath.Join(s.dir, "layout/blobs/sha256", res.Digest[7:])
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := flip(path); err != nil {
		t.Fatal(err)
	}
	before := blobCount(t, s)
	_, err := s.Collect(t.Context(), []string{res.Digest}, time.Hour)
	wantFault(t, err, fault.Internal, "corrupt")
	if after := blobCount(t, s); after != before {
		t.Errorf("%d blobs of %d are left", after, before)
	}
}

func TestReopened(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(dir string) error{
		"as it was":      func(string) error { return nil },
		"index emptied":  func(dir string) error { return os.Truncate(filepath.Join(dir, "layout/index.json"), 0) },
		"index removed":  func(dir string) error { return os.Remove(filepath.Join(dir, "layout/index.json")) },
		"layout emptied": func(dir string) error { return os.Truncate(filepath.Join(dir, "layout/oci-layout"), 0) },
		"after a restart": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "unpacked/boot-id"), []byte("x"), 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			res := build(t, s, request("echo x > $OUT/x", nil))
			dir := unpack(t, s, res.Digest)
			half := filepath.Join(s.dir, "work/half/done")
			if err := errors.Join(os.MkdirAll(half, 0o755), os.Chmod(filepath.Dir(half), 0o500)); err != nil {
				t.Fatal(err)
			}
			if err := damage(s.dir); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			again := openStore(t, s.dir, Options{})
			if _, err := os.Stat(half); err == nil {
				t.Error("what a crash left is still there")
			}
			if _, err := os.Stat(dir); (err == nil) == (name == "after a restart") {
				t.Errorf("unpacked: %v", err)
			}
			wantFile(t, filepath.Join(unpack(t, again, res.Digest), "x"), "x\n")
			if _, err := again.Provenance(t.Context(), res.Digest); err != nil {
				t.Error(err)
			}
		})
	}
}
