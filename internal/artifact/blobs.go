package artifact

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/content/oci"
	"oras.land/oras-go/v2/errdef"

	"slipway.dev/internal/core/fault"
)

// maxManifest is the largest manifest or index that is read, in bytes; what registries
// accept, too.
const maxManifest = 4 << 20

// blobs is the content of an OCI layout, a content.Storage. Unlike that of oras, what is
// pushed is durable, and replaces what is damaged.
type blobs struct {
	root    string
	reading *oci.ReadOnlyStorage
}

func newBlobs(root string) *blobs {
	return &blobs{root: root, reading: oci.NewStorageFromFS(os.DirFS(root))}
}

func (b *blobs) path(d digest.Digest) string {
	return filepath.Join(b.root, "blobs", "sha256", filepath.Base(d.Encoded()))
}

// Fetch gives a blob's content, not yet verified.
func (b *blobs) Fetch(ctx context.Context, desc ocispec.Descriptor) (io.ReadCloser, error) {
	r, err := b.reading.Fetch(ctx, desc)
	if err != nil {
		return nil, damaged(desc.Digest, err)
	}
	return r, nil
}

// Exists says whether a blob is there and whole. It also makes it fresh again, so that it
// is not collected before whoever asks can refer to it.
func (b *blobs) Exists(ctx context.Context, desc ocispec.Descriptor) (bool, error) {
	if err := checkDigest(desc.Digest.String()); err != nil {
		return false, err
	}
	if b.verify(ctx, desc) != nil {
		return false, ctx.Err()
	}
	now := time.Now()
	return true, os.Chtimes(b.path(desc.Digest), now, now)
}

// Push stores a blob. It is durable when Push returns. Pushing what is there is no error;
// what is there but damaged is replaced.
func (b *blobs) Push(ctx context.Context, desc ocispec.Descriptor, r io.Reader) error {
	if there, err := b.Exists(ctx, desc); there || err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Join(b.root, "ingest"), desc.Digest.Encoded()+".*")
	if err != nil {
		return fmt.Errorf("store %s: %w", desc.Digest, err)
	}
	defer os.Remove(tmp.Name())
	v := content.NewVerifyReader(contextReader{ctx, r}, desc)
	_, err = io.Copy(tmp, v)
	if err == nil {
		err = v.Verify()
	}
	if err := errors.Join(err, tmp.Chmod(0o444), tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("store %s: %w", desc.Digest, err)
	}
	if err := os.Rename(tmp.Name(), b.path(desc.Digest)); err != nil {
		return fmt.Errorf("store %s: %w", desc.Digest, err)
	}
	return syncPath(filepath.Join(b.root, "blobs", "sha256"))
}

// put stores bytes.
func (b *blobs) put(ctx context.Context, mediaType string, data []byte) (ocispec.Descriptor, error) {
	desc := content.NewDescriptorFromBytes(mediaType, data)
	return desc, b.Push(ctx, desc, newReader(data))
}

// verify reads a blob to its end and checks its size and digest.
func (b *blobs) verify(ctx context.Context, desc ocispec.Descriptor) error {
	r, err := b.Fetch(ctx, desc)
	if err != nil {
		return err
	}
	defer r.Close()
	v := content.NewVerifyReader(contextReader{ctx, r}, desc)
	_, err = io.Copy(io.Discard, v)
	if err == nil {
		err = v.Verify()
	}
	return damaged(desc.Digest, err)
}

// read gives a small blob, verified.
func (b *blobs) read(ctx context.Context, desc ocispec.Descriptor) ([]byte, error) {
	if desc.Size > maxManifest {
		return nil, fault.New(fault.TooLarge, "the blob %s has %d bytes; a manifest has at most %d", desc.Digest, desc.Size, maxManifest)
	}
	data, err := content.FetchAll(ctx, b, desc)
	return data, damaged(desc.Digest, err)
}

// manifest gives the manifest with a digest, verified.
func (b *blobs) manifest(ctx context.Context, d string) (ocispec.Descriptor, ocispec.Manifest, error) {
	var m ocispec.Manifest
	if err := checkDigest(d); err != nil {
		return ocispec.Descriptor{}, m, err
	}
	desc := ocispec.Descriptor{Digest: digest.Digest(d)}
	info, err := os.Stat(b.path(desc.Digest))
	if err != nil {
		return desc, m, damaged(desc.Digest, err)
	}
	desc.Size = info.Size()
	data, err := b.read(ctx, desc)
	if err != nil {
		return desc, m, err
	}
	err = json.Unmarshal(data, &m)
	if m.MediaType == "" && m.SchemaVersion == 2 && m.Config.Digest != "" { // OCI lets manifests leave it out
		m.MediaType = ocispec.MediaTypeImageManifest
	}
	if err != nil || !isManifest(m.MediaType) {
		return desc, m, fault.New(fault.Invalid, "the blob %s is not the manifest of an artifact", d)
	}
	desc.MediaType, desc.ArtifactType = m.MediaType, m.ArtifactType
	return desc, m, nil
}

func isManifest(mediaType string) bool {
	return mediaType == ocispec.MediaTypeImageManifest || mediaType == dockerManifest
}

// damaged makes a fault of what is wrong with a blob.
func damaged(d digest.Digest, err error) error {
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, errdef.ErrNotFound), errors.Is(err, os.ErrNotExist):
		return fault.New(fault.NotFound, "the blob %s is not in the artifact store", d).
			WithHint("build or import its release again").Because(err)
	case errors.Is(err, content.ErrMismatchedDigest), errors.Is(err, content.ErrTrailingData), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, content.ErrInvalidDescriptorSize):
		return fault.New(fault.Internal, "the blob %s in the artifact store is corrupt", d).
			WithHint("build or import its release again, which replaces it, and check the disk").Because(err)
	}
	return err
}
