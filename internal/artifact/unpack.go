package artifact

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/content"

	"slipway.dev/internal/core/fault"
)

// Unpack gives a directory with the contents of an artifact, read-only. It is made once;
// every blob is checked against its digest while it is unpacked, and the directory is
// there whole or not at all. It stays until Collect is told that nobody needs it.
func (s *Store) Unpack(ctx context.Context, digest string) (string, error) {
	if err := checkDigest(digest); err != nil {
		return "", err
	}
	s.collecting.RLock()
	defer s.collecting.RUnlock()
	dst := filepath.Join(s.dir, "unpacked", strings.TrimPrefix(digest, "sha256:"))
	if _, err := os.Stat(dst); err == nil {
		now := time.Now()
		return dst, os.Chtimes(dst, now, now) // fresh again
	}
	_, m, err := s.blobs.manifest(ctx, digest)
	if err != nil {
		return "", err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dst), ".new-")
	if err != nil {
		return "", fmt.Errorf("unpack %s: %w", digest, err)
	}
	defer removeAll(tmp) //nolint:errcheck // it is gone after the rename; otherwise the next start removes it
	if err := s.unpackLayers(ctx, m.Layers, tmp); err != nil {
		return "", err
	}
	err = os.Rename(tmp, dst)
	if errors.Is(err, fs.ErrExist) { // somebody else was faster
		return dst, nil
	}
	if err != nil {
		return "", fmt.Errorf("unpack %s: %w", digest, err)
	}
	return dst, nil
}

func (s *Store) unpackLayers(ctx context.Context, layers []ocispec.Descriptor, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	u := &unpacker{root: root, ctx: ctx}
	for _, layer := range layers {
		if err := s.unpackLayer(ctx, u, layer); err != nil {
			return fmt.Errorf("unpack layer %s: %w", layer.Digest, err)
		}
	}
	return u.seal()
}

func (s *Store) unpackLayer(ctx context.Context, u *unpacker, layer ocispec.Descriptor) error {
	if err := checkDigest(layer.Digest.String()); err != nil {
		return err
	}
	blob, err := s.blobs.Fetch(ctx, layer)
	if err != nil {
		return err
	}
	defer blob.Close()
	verified := content.NewVerifyReader(contextReader{ctx, blob}, layer)
	if err := u.layer(layer, verified); err != nil {
		// A damaged blob shows as anything; say that it is damaged if it is.
		if bad := s.blobs.verify(ctx, layer); bad != nil {
			return bad
		}
		return err
	}
	if _, err := io.Copy(io.Discard, verified); err != nil {
		return damaged(layer.Digest, err)
	}
	return damaged(layer.Digest, verified.Verify())
}

// layer unpacks one layer by its type: a tar, or the single file of an artifact.
func (u *unpacker) layer(layer ocispec.Descriptor, r io.Reader) error {
	title, unpack := layer.Annotations[ocispec.AnnotationTitle], layer.Annotations["io.deis.oras.content.unpack"] == "true"
	if title != "" && !unpack {
		return u.single(title, layer.Size, r)
	}
	switch t := layer.MediaType; {
	case strings.HasSuffix(t, "tar+gzip"), strings.HasSuffix(t, "tar.gzip"):
		z, err := gzip.NewReader(r)
		if err != nil {
			return err
		}
		return u.tar(z)
	case strings.HasSuffix(t, ".tar"):
		return u.tar(r)
	}
	return fault.New(fault.Refused, "layers of type %s cannot be unpacked", layer.MediaType).
		WithHint("use tar or tar+gzip")
}
