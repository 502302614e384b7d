package artifact

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/registry/remote/auth"

	"slipway.dev/internal/core/fault"
)

// tarOf makes a tar of headers; the content of a file is its Linkname.
func tarOf(t testing.TB, headers ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range headers {
		content := ""
		if h.Typeflag == 0 || h.Typeflag == tar.TypeReg {
			h.Typeflag, content, h.Linkname = tar.TypeReg, h.Linkname, ""
			h.Size = int64(len(content))
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func file(name, content string) tar.Header {
	return tar.Header{Name: name, Linkname: content, Mode: 0o644}
}

func (r *fakeRegistry) layer(data []byte, zip bool) ocispec.Descriptor {
	mediaType := ocispec.MediaTypeImageLayer
	if zip {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write(data)
		_ = z.Close()
		data, mediaType = b.Bytes(), ocispec.MediaTypeImageLayerGzip
	}
	desc := r.blob(data)
	desc.MediaType = mediaType
	return desc
}

func importRef(t *testing.T, s *Store, ref string) Imported {
	t.Helper()
	got, err := s.Import(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestImportResolvesATagOnce(t *testing.T) {
	t.Parallel()
	r, s := newRegistry(t), newStore(t)
	v1 := r.image(t, "latest", r.layer(tarOf(t, file("./app", "one")), true))
	got := importRef(t, s, r.ref(":latest"))
	if got.Digest != v1.Digest.String() {
		t.Fatalf("got %s, want %s", got.Digest, v1.Digest)
	}
	v2 := r.image(t, "latest", r.layer(tarOf(t, file("app", "two")), false))
	wantFile(t, filepath.Join(unpack(t, s, got.Digest), "app"), "one")
	if again := importRef(t, s, r.ref("@"+v1.Digest.String())); again != got {
		t.Errorf("by digest: %+v, want %+v", again, got)
	}
	r.Close()
	if err := s.Verify(t.Context(), got.Digest); err != nil {
		t.Errorf("with the registry gone: %v", err)
	}
	if _, err := s.Unpack(t.Context(), v2.Digest.String()); !fault.Is(err, fault.NotFound) {
		t.Errorf("what was never imported: %v", err)
	}
}

func TestImportLaysLayersOverEachOther(t *testing.T) {
	t.Parallel()
	r, s := newRegistry(t), newStore(t)
	r.image(t, "v1",
		r.layer(tarOf(t, file("etc/a", "lower"), file("etc/gone", "x"), file("dir/x", "x"), file("opaque/old", "x"), file("becomes/dir", "x")), true),
		r.layer(tarOf(t, file("etc/a", "upper"), file("etc/.wh.gone", ""), file("opaque/.wh..wh..opq", ""), file("opaque/new", "n"), file("becomes", "file"),
			tar.Header{Name: "hard", Typeflag: tar.TypeLink, Linkname: "etc/a"}), false),
	)
	dir := unpack(t, s, importRef(t, s, r.ref(":v1")).Digest)
	for path, content := range map[string]string{"etc/a": "upper", "hard": "upper", "dir/x": "x", "opaque/new": "n", "becomes": "file"} {
		wantFile(t, filepath.Join(dir, path), content)
	}
	for _, gone := range []string{"etc/gone", "opaque/old", "etc/.wh.gone"} {
		if _, err := os.Lstat(filepath.Join(dir, gone)); err == nil {
			t.Errorf("%s is there", gone)
		}
	}
}

func TestImportPicksThePlatform(t *testing.T) {
	t.Parallel()
	r, s := newRegistry(t), newStore(t)
	other := r.image(t, "", r.layer(tarOf(t, file("a", "other")), false))
	mine := r.image(t, "", r.layer(tarOf(t, file("a", "mine")), false))
	other.Platform = &ocispec.Platform{OS: "plan9", Architecture: runtime.GOARCH}
	mine.Platform = &ocispec.Platform{OS: runtime.GOOS, Architecture: runtime.GOARCH}
	list := ocispec.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex, Manifests: []ocispec.Descriptor{other, mine}}
	r.manifest(t, list, list.MediaType, "multi")
	if got := importRef(t, s, r.ref(":multi")); got.Digest != mine.Digest.String() {
		t.Errorf("got %s, want %s", got.Digest, mine.Digest)
	}
	list.Manifests = list.Manifests[:1]
	r.manifest(t, list, list.MediaType, "foreign")
	_, err := s.Import(t.Context(), r.ref(":foreign"))
	wantFault(t, err, fault.Refused, "nothing for linux")
}

func TestImportOfSingleFiles(t *testing.T) {
	t.Parallel()
	r, s := newRegistry(t), newStore(t)
	tool := r.blob([]byte("#!/bin/sh\n"))
	tool.MediaType, tool.Annotations = "application/octet-stream", map[string]string{ocispec.AnnotationTitle: "bin/tool"}
	r.image(t, "v1", tool)
	dir := unpack(t, s, importRef(t, s, r.ref(":v1")).Digest)
	if info, err := os.Stat(filepath.Join(dir, "bin/tool")); err != nil || info.Mode().Perm() != 0o555 {
		t.Errorf("%v, %v", info, err)
	}
}

func TestImportFromALayout(t *testing.T) {
	t.Parallel()
	from, to := newStore(t), newStore(t)
	res := build(t, from, request("echo x > $OUT/x", nil))
	layout := filepath.Join(from.dir, "layout")
	if got := importRef(t, to, layout+"@"+res.Digest); got.Digest != res.Digest {
		t.Errorf("got %s, want %s", got.Digest, res.Digest)
	}
	wantFile(t, filepath.Join(unpack(t, to, res.Digest), "x"), "x\n")
}

func TestImportWithACredential(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	r.user, r.password = "ci", "s3cret"
	r.image(t, "v1", r.layer(tarOf(t, file("a", "x")), false))
	_, err := newStore(t).Import(t.Context(), r.ref(":v1"))
	wantFault(t, err, fault.Denied, "credential")
	s := openStore(t, t.TempDir(), Options{Credential: func(context.Context, string) (auth.Credential, error) {
		return auth.Credential{Username: "ci", Password: "s3cret"}, nil
	}})
	importRef(t, s, r.ref(":v1"))
}

func TestImportsRefused(t *testing.T) {
	t.Parallel()
	r, s := newRegistry(t), newStore(t)
	lying := r.layer(tarOf(t, file("a", "x")), false)
	r.image(t, "lying", lying)
	r.content[lying.Digest.String()] = append(bytes.Clone(r.content[lying.Digest.String()]), 'x')
	short := r.layer(tarOf(t, file("b", "x")), false)
	r.image(t, "short", short)
	r.content[short.Digest.String()] = bytes.Repeat([]byte{0}, int(short.Size))
	huge := r.layer(nil, false)
	huge.Size = MaxSize + 1
	r.image(t, "huge", huge)
	for ref, c := range map[string]struct {
		code fault.Code
		text string
	}{
		r.ref(""):      {fault.Invalid, "does not name"},
		r.ref(":none"): {fault.NotFound, "there is no"},
		r.ref("@sha256:" + strings.Repeat("0", 64)):  {fault.NotFound, "there is no"},
		r.ref("@sha512:" + strings.Repeat("0", 128)): {fault.Invalid, "sha256"},
		r.ref(":lying"):     {fault.Unavailable, "cannot copy"},
		r.ref(":short"):     {fault.Unavailable, "cannot copy"},
		r.ref(":huge"):      {fault.TooLarge, "bytes"},
		"":                  {fault.Invalid, "does not name"},
		"no spaces/x:y":     {fault.Invalid, "does not name"},
		"/none:v1":          {fault.NotFound, "not an OCI layout"},
		"/none":             {fault.Invalid, "does not name"},
		"127.0.0.1:1/a/b:c": {fault.Unavailable, "registry answers"},
	} {
		_, err := s.Import(t.Context(), ref)
		wantFault(t, err, c.code, c.text)
	}
	if list, err := s.index.list(); err != nil || len(list) != 0 {
		t.Errorf("something was taken in: %v", list)
	}
}
