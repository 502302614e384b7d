package artifact

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/content/oci"
	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"
	"oras.land/oras-go/v2/registry/remote/retry"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/netguard"
)

// Imported is an artifact that was taken in.
type Imported struct {
	Digest string // of its manifest, for this machine's platform
	Size   int64  // bytes of manifest and layers
}

// Import copies an artifact or image that was built elsewhere into the store. ref is
// "registry/repository@sha256:…" or "registry/repository:tag", or names an OCI layout on
// this machine: "/dir@sha256:…" or "/dir:tag". A tag is resolved here, once; what it names
// later does not matter. Of an image for several platforms, this machine's is taken.
func (s *Store) Import(ctx context.Context, ref string) (Imported, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, DefaultTimeLimit, fmt.Errorf("it took longer than %s", DefaultTimeLimit))
	defer cancel()
	src, reference, err := s.open(ctx, ref)
	if err != nil {
		return Imported{}, err
	}
	desc, m, err := resolve(ctx, src, reference)
	if ctx.Err() != nil {
		return Imported{}, context.Cause(ctx)
	}
	if err != nil {
		return Imported{}, unresolved(ref, err)
	}
	size := desc.Size
	for _, layer := range m.Layers {
		size += layer.Size
	}
	if size > MaxSize || len(m.Layers) > 500 {
		return Imported{}, fault.New(fault.TooLarge, "%s has %d bytes in %d layers; at most %d in 500 are taken in", ref, size, len(m.Layers), int64(MaxSize))
	}
	s.collecting.RLock()
	defer s.collecting.RUnlock()
	err = oras.CopyGraph(ctx, src, s.blobs, desc, oras.DefaultCopyGraphOptions)
	if ctx.Err() != nil {
		return Imported{}, context.Cause(ctx)
	}
	if err != nil {
		return Imported{}, fault.New(fault.Unavailable, "cannot copy %s", ref).WithHint("it may work when tried again").Because(err)
	}
	desc.Annotations, desc.Platform = nil, nil
	return Imported{Digest: desc.Digest.String(), Size: size}, s.index.add(desc, m)
}

// unresolved makes a fault of why a reference cannot be resolved.
func unresolved(ref string, err error) error {
	var own *fault.Error
	var answer *errcode.ErrorResponse
	status := 0
	if errors.As(err, &answer) {
		status = answer.StatusCode
	}
	switch {
	case errors.As(err, &own):
		return err
	case errors.Is(err, auth.ErrBasicCredentialNotFound), status == http.StatusUnauthorized, status == http.StatusForbidden:
		return fault.New(fault.Denied, "the registry does not give %s to us", ref).WithHint("check the credential for this registry").Because(err)
	case errors.Is(err, errdef.ErrNotFound), status == http.StatusNotFound:
		return fault.New(fault.NotFound, "there is no %s", ref).WithHint("check the name").Because(err)
	}
	return fault.New(fault.Unavailable, "cannot look for %s", ref).WithHint("check that its registry answers, and try again").Because(err)
}

// open gives the place that a reference points into, and the tag or digest in it.
func (s *Store) open(ctx context.Context, ref string) (oras.ReadOnlyTarget, string, error) {
	bad := fault.New(fault.Invalid, "%q does not name an artifact", ref).
		WithHint("registry/repository@sha256:…, registry/repository:tag, or /directory@sha256:…")
	if filepath.IsAbs(ref) {
		dir, reference := splitLayout(ref)
		if reference == "" {
			return nil, "", bad
		}
		src, err := oci.NewFromFS(ctx, os.DirFS(dir))
		if err != nil {
			return nil, "", fault.New(fault.NotFound, "%s is not an OCI layout", dir).Because(err)
		}
		return src, reference, nil
	}
	parsed, err := registry.ParseReference(ref)
	if err != nil || parsed.Reference == "" {
		return nil, "", bad.Because(err)
	}
	if strings.HasPrefix(parsed.Reference, "sha") && parsed.ValidateReferenceAsDigest() == nil {
		if err := checkDigest(parsed.Reference); err != nil {
			return nil, "", err
		}
	}
	repo := &remote.Repository{Reference: parsed, PlainHTTP: onLoopback(parsed.Host())}
	repo.Client = &auth.Client{Client: registries(), Cache: auth.NewCache(), Credential: s.opts.Credential}
	return repo, parsed.Reference, nil
}

// registries gives a client that tries again, and never reaches link-local addresses: who may
// name an image must not read a cloud's metadata with it. Registries in private networks are
// the rule rather than the exception.
func registries() *http.Client {
	c := netguard.Policy{Private: true}.Client(longestImport)
	c.Transport = retry.NewTransport(c.Transport)
	return c
}

// longestImport bounds one request to a registry; a layer is one.
const longestImport = time.Hour

func splitLayout(ref string) (dir, reference string) {
	if dir, reference, ok := strings.Cut(ref, "@"); ok {
		return dir, reference
	}
	i := strings.LastIndex(ref, ":")
	if i < strings.LastIndex(ref, "/") {
		return ref, ""
	}
	return ref[:i], ref[i+1:]
}

func onLoopback(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

// resolve finds the manifest that a tag or digest means on this machine.
func resolve(ctx context.Context, src oras.ReadOnlyTarget, reference string) (ocispec.Descriptor, ocispec.Manifest, error) {
	var m ocispec.Manifest
	desc, err := src.Resolve(ctx, reference)
	if err != nil {
		return desc, m, err
	}
	if desc.MediaType == ocispec.MediaTypeImageIndex || desc.MediaType == "application/vnd.docker.distribution.manifest.list.v2+json" {
		if desc, err = pickPlatform(ctx, src, desc); err != nil {
			return desc, m, err
		}
	}
	if !isManifest(desc.MediaType) || checkDigest(desc.Digest.String()) != nil {
		return desc, m, fault.New(fault.Refused, "%s is %q, not an image or an artifact", reference, desc.MediaType)
	}
	data, err := fetchManifest(ctx, src, desc)
	if err != nil {
		return desc, m, err
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return desc, m, fault.New(fault.Refused, "the manifest %s does not parse", desc.Digest).Because(err)
	}
	return desc, m, nil
}

func pickPlatform(ctx context.Context, src oras.ReadOnlyTarget, index ocispec.Descriptor) (ocispec.Descriptor, error) {
	data, err := fetchManifest(ctx, src, index)
	if err != nil {
		return index, err
	}
	var list ocispec.Index
	if err := json.Unmarshal(data, &list); err != nil {
		return index, fault.New(fault.Refused, "the index %s does not parse", index.Digest).Because(err)
	}
	for _, d := range list.Manifests {
		if d.Platform != nil && d.Platform.OS == runtime.GOOS && d.Platform.Architecture == runtime.GOARCH {
			return d, nil
		}
	}
	return index, fault.New(fault.Refused, "the index %s has nothing for %s/%s", index.Digest, runtime.GOOS, runtime.GOARCH)
}

func fetchManifest(ctx context.Context, src oras.ReadOnlyTarget, desc ocispec.Descriptor) ([]byte, error) {
	if desc.Size > maxManifest {
		return nil, fault.New(fault.TooLarge, "the manifest %s has %d bytes; at most %d are read", desc.Digest, desc.Size, maxManifest)
	}
	data, err := content.FetchAll(ctx, src, desc)
	if err != nil {
		return nil, fmt.Errorf("read the manifest %s: %w", desc.Digest, err)
	}
	return data, nil
}
