package artifact

import (
	"archive/tar"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"slipway.dev/internal/core/fault"
)

// TestHostileLayers are what an artifact built elsewhere may hold.
func TestHostileLayers(t *testing.T) {
	t.Parallel()
	link := func(name, target string) tar.Header {
		return tar.Header{Name: name, Linkname: target, Typeflag: tar.TypeSymlink}
	}
	for name, c := range map[string]struct {
		headers []tar.Header
		text    string
	}{
		"up":                {[]tar.Header{file("../evil", "x")}, "leads out"},
		"up inside":         {[]tar.Header{file("a/../../evil", "x")}, "leads out"},
		"upward link":       {[]tar.Header{link("a", ".."), file("a/evil", "x")}, "leads out"},
		"link chain":        {[]tar.Header{{Name: "d/e", Typeflag: tar.TypeDir}, link("d/up", "e/.."), link("z", "d/up/../..")}, "leads out"},
		"hard link out":     {[]tar.Header{{Name: "a", Linkname: "../../etc/passwd", Typeflag: tar.TypeLink}}, "leads out"},
		"hard link to link": {[]tar.Header{link("b", "nowhere"), {Name: "a", Linkname: "b/x", Typeflag: tar.TypeLink}}, "no such file"},
		"device":            {[]tar.Header{{Name: "null", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3}}, "device"},
		"pipe":              {[]tar.Header{{Name: "pipe", Typeflag: tar.TypeFifo}}, "device"},
		"whiteout up":       {[]tar.Header{file("a/.wh...", "")}, "whiteout"},
		"link to nothing":   {[]tar.Header{{Name: "x", Typeflag: tar.TypeSymlink, Linkname: ""}}, "leads out"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, s := newRegistry(t), newStore(t)
			evil := filepath.Join(s.dir, "unpacked", "evil")
			r.image(t, "v1", r.layer(tarOf(t, c.headers...), false))
			_, err := s.Unpack(t.Context(), importRef(t, s, r.ref(":v1")).Digest)
			if err == nil || !strings.Contains(err.Error(), c.text) {
				t.Errorf("got %v, want %q", err, c.text)
			}
			left, _ := filepath.Glob(filepath.Join(s.dir, "unpacked", "[^b]*"))
			hidden, _ := filepath.Glob(filepath.Join(s.dir, "unpacked", ".new*"))
			if _, err := os.Lstat(evil); err == nil || len(left)+len(hidden) != 0 {
				t.Errorf("it left %v %v", left, hidden)
			}
		})
	}
}

// TestAbsoluteLinks are as images have them, and a try to write through one.
func TestAbsoluteLinks(t *testing.T) {
	t.Parallel()
	r, s := newRegistry(t), newStore(t)
	outside := filepath.Join(t.TempDir(), "evil")
	links := []tar.Header{
		{Name: "bin/sh", Linkname: "/usr/bin/dash", Typeflag: tar.TypeSymlink}, file("usr/bin/dash", "dash"),
		{Name: "top", Linkname: "/", Typeflag: tar.TypeSymlink}, {Name: "a/b/up", Linkname: "/../usr/bin", Typeflag: tar.TypeSymlink},
		{Name: "tmp", Linkname: filepath.Dir(outside), Typeflag: tar.TypeSymlink},
	}
	r.image(t, "v1", r.layer(tarOf(t, links...), false))
	dir := unpack(t, s, importRef(t, s, r.ref(":v1")).Digest)
	for _, path := range []string{"bin/sh", "top/usr/bin/dash", "a/b/up/dash"} {
		wantFile(t, filepath.Join(dir, path), "dash")
	}
	r.image(t, "v2", r.layer(tarOf(t, append(links, file("tmp/evil", "x"))...), false))
	_, _ = s.Unpack(t.Context(), importRef(t, s, r.ref(":v2")).Digest) // whether it is refused or not
	if _, err := os.Stat(outside); err == nil {
		t.Error("it was written through the link")
	}
}

func TestSpecialBitsAreDropped(t *testing.T) {
	t.Parallel()
	r, s := newRegistry(t), newStore(t)
	r.image(t, "v1", r.layer(tarOf(t, tar.Header{Name: "su", Linkname: "x", Mode: 0o6777, Uid: 5, Gid: 5}), false))
	info, err := os.Stat(filepath.Join(unpack(t, s, importRef(t, s, r.ref(":v1")).Digest), "su"))
	if err != nil || info.Mode() != 0o555 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestUnpackedByManyAtOnce(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	res := build(t, s, request("echo x > $OUT/x", nil))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			dir, err := s.Unpack(t.Context(), res.Digest)
			if err != nil {
				t.Error(err)
				return
			}
			wantFile(t, filepath.Join(dir, "x"), "x\n")
		})
	}
	wg.Wait()
	if left, _ := filepath.Glob(filepath.Join(s.dir, "unpacked", ".new*")); len(left) != 0 {
		t.Errorf("it left %v", left)
	}
}

func TestDamagedBlobs(t *testing.T) {
	t.Parallel()
	damages := map[string]struct {
		do   func(path string) error
		code fault.Code
		text string
	}{
		"flipped":   {func(p string) error { return flip(p) }, fault.Internal, "corrupt"},
		"truncated": {func(p string) error { return os.Truncate(p, 100) }, fault.Internal, "corrupt"},
		"emptied":   {func(p string) error { return os.Truncate(p, 0) }, fault.Internal, "corrupt"},
		"longer":    {appendByte, fault.Internal, "corrupt"},
		"removed":   {os.Remove, fault.NotFound, "not in the artifact store"},
	}
	for name, c := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			r := request("echo content > $OUT/x", nil)
			res := build(t, s, r)
			_, m, err := s.blobs.manifest(t.Context(), res.Digest)
			if err != nil {
				t.Fatal(err)
			}
			layer := s.blobs.path(m.Layers[0].Digest)
			if err := os.Chmod(layer, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := c.do(layer); err != nil {
				t.Fatal(err)
			}
			wantFault(t, s.Verify(t.Context(), res.Digest), c.code, c.text)
			_, err = s.Unpack(t.Context(), res.Digest)
			wantFault(t, err, c.code, c.text)
			if again := build(t, s, r); again.Digest != res.Digest {
				t.Errorf("built again: %s, want %s", again.Digest, res.Digest)
			}
			wantFile(t, filepath.Join(unpack(t, s, res.Digest), "x"), "content\n")
		})
	}
}

func flip(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	data[len(data)/3] ^= 1
	return os.WriteFile(path, data, 0o600)
}

func appendByte(path string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.Write([]byte{0})
	return err
}

func TestDamagedManifest(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	res := build(t, s, request("echo x > $OUT/x", nil))
	path := filepath.Join(s.dir, "layout/blobs/sha256", strings.TrimPrefix(res.Digest, "sha256:"))
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := flip(path); err != nil {
		t.Fatal(err)
	}
	_, err := s.Unpack(t.Context(), res.Digest)
	wantFault(t, err, fault.Internal, "corrupt")
	for _, bad := range []string{"", "latest", "sha256:../../x", "sha256:" + strings.Repeat("A", 64), "sha512:" + strings.Repeat("0", 128)} {
		_, err := s.Unpack(t.Context(), bad)
		wantFault(t, err, fault.Invalid, "not a digest")
	}
}

// FuzzUntar unpacks whatever comes: nothing may appear outside, and what is accepted must
// be only files, directories and links.
func FuzzUntar(f *testing.F) {
	f.Add(tarOf(f, file("a/b", "x"), tar.Header{Name: "l", Linkname: "a", Typeflag: tar.TypeSymlink}, file("l/c", "x")))
	f.Add(tarOf(f, file("../x", "x")))
	f.Add(tarOf(f, file("a/.wh..wh..opq", ""), tar.Header{Name: "h", Linkname: "a", Typeflag: tar.TypeLink}))
	f.Fuzz(func(t *testing.T, data []byte) {
		outer := t.TempDir()
		if err := os.Mkdir(filepath.Join(outer, "in"), 0o755); err != nil {
			t.Fatal(err)
		}
		root, err := os.OpenRoot(filepath.Join(outer, "in"))
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		u := &unpacker{ctx: t.Context(), root: root}
		if u.tar(bytes.NewReader(data)) == nil && u.seal() == nil {
			for _, link := range u.links {
				if target, err := root.Readlink(link); err == nil && !inside(link, target) {
					t.Errorf("%q links to %q", link, target)
				}
			}
		}
		if found, _ := os.ReadDir(outer); len(found) != 1 {
			t.Errorf("something appeared outside: %v", found)
		}
		_ = removeAll(outer)
	})
}
