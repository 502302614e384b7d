package secret

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"slipway.dev/internal/core/fault"
)

func newBox(t *testing.T) (*Box, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "identity")
	b, err := OpenBox(path)
	if err != nil {
		t.Fatal(err)
	}
	return b, path
}

func seal(t *testing.T, b *Box, plain string) []byte {
	t.Helper()
	sealed, err := b.Seal([]byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func wantOpen(t *testing.T, b *Box, sealed []byte, plain string) {
	t.Helper()
	got, err := b.Open(sealed)
	if err != nil || string(got) != plain {
		t.Fatalf("Open = %q, %v; want %q", got, err, plain)
	}
}

func TestSealedOpensAfterRestart(t *testing.T) {
	t.Parallel()
	b, path := newBox(t)
	sealed := seal(t, b, "hunter2")
	if bytes.Contains(sealed, []byte("hunter2")) {
		t.Fatal("the sealed bytes hold the value")
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("identity file: %v, %v; want mode 0600", info.Mode(), err)
	}
	again, err := OpenBox(path)
	if err != nil {
		t.Fatal(err)
	}
	wantOpen(t, again, sealed, "hunter2")
	if again.Recipient() != b.Recipient() {
		t.Fatal("the identity changed by opening the box again")
	}
}

func TestAnotherBoxDoesNotOpen(t *testing.T) {
	t.Parallel()
	b, _ := newBox(t)
	other, _ := newBox(t)
	sealed := seal(t, b, "x")
	if _, err := other.Open(sealed); !fault.Is(err, fault.Internal) {
		t.Fatalf("another box: %v", err)
	}
	for i := range sealed { // no changed bit goes unseen
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if got, err := b.Open(bad); err == nil {
			t.Fatalf("opened to %q with byte %d changed", got, i)
		}
	}
}

func TestRotate(t *testing.T) {
	t.Parallel()
	b, path := newBox(t)
	old, first := seal(t, b, "v"), b.Recipient()
	if err := b.Rotate(); err != nil {
		t.Fatal(err)
	}
	if b.Recipient() == first || b.Identities() != 2 {
		t.Fatalf("after Rotate: recipient %s, %d identities", b.Recipient(), b.Identities())
	}
	wantOpen(t, b, old, "v")
	anew, changed, err := b.Reseal(old)
	if err != nil || !changed {
		t.Fatalf("Reseal of an old one: changed %v, %v", changed, err)
	}
	if _, changed, err := b.Reseal(anew); err != nil || changed {
		t.Fatalf("Reseal of a new one: changed %v, %v", changed, err)
	}
	if err := b.Forget(); err != nil {
		t.Fatal(err)
	}
	again, err := OpenBox(path)
	if err != nil {
		t.Fatal(err)
	}
	wantOpen(t, again, anew, "v")
	if _, err := again.Open(old); err == nil {
		t.Fatal("a forgotten identity still opens")
	}
}

func TestUnsafeFileRefused(t *testing.T) {
	t.Parallel()
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o644, 0o666} {
		_, path := newBox(t)
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenBox(path); !fault.Is(err, fault.Denied) || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("mode %o: %v", mode, err)
		}
	}
	_, path := newBox(t)
	link := path + ".link"
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenBox(link); err == nil {
		t.Error("a symbolic link was followed")
	}
	if err := os.WriteFile(path, []byte("garbage\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenBox(path); err == nil || strings.Contains(err.Error(), "garbage") {
		t.Errorf("garbage: %v", err)
	}
}

func TestCreatedOnceByMany(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "identity")
	var wg sync.WaitGroup
	got := make([]string, 8)
	for i := range got {
		wg.Go(func() {
			b, err := OpenBox(path)
			if err != nil {
				t.Error(err)
				return
			}
			got[i] = b.Recipient()
		})
	}
	wg.Wait()
	for _, r := range got {
		if r != got[0] {
			t.Fatalf("different identities: %v", got)
		}
	}
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	b, _ := newBox(t)
	if _, err := b.Seal(make([]byte, MaxSize+1)); !fault.Is(err, fault.TooLarge) {
		t.Fatal(err)
	}
	wantOpen(t, b, seal(t, b, strings.Repeat("x", MaxSize)), strings.Repeat("x", MaxSize))
}
