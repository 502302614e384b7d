package artifact

import (
	"context"
	"encoding/json"
	"time"

	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// ReleaseType is the artifact type of what Build makes.
const ReleaseType = "application/vnd.slipway.release.v1"

const dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"

// putRelease stores the manifest of a built artifact. All in it follows from the request
// and the layer, so that the same build has the same digest.
func (s *Store) putRelease(ctx context.Context, r Request, layer ocispec.Descriptor) (ocispec.Descriptor, error) {
	return s.putManifest(ctx, ocispec.Manifest{
		ArtifactType: ReleaseType,
		Layers:       []ocispec.Descriptor{layer},
		Annotations: map[string]string{
			ocispec.AnnotationTitle:    r.Service,
			ocispec.AnnotationSource:   r.Source,
			ocispec.AnnotationRevision: r.Commit,
			ocispec.AnnotationCreated:  r.CommitTime.UTC().Format(time.RFC3339),
		},
	})
}

// putManifest stores a manifest with an empty configuration and lists it in the index.
func (s *Store) putManifest(ctx context.Context, m ocispec.Manifest) (ocispec.Descriptor, error) {
	m.Versioned, m.MediaType = specs.Versioned{SchemaVersion: 2}, ocispec.MediaTypeImageManifest
	m.Config = ocispec.DescriptorEmptyJSON
	if err := s.blobs.Push(ctx, m.Config, newReader(ocispec.DescriptorEmptyJSON.Data)); err != nil {
		return ocispec.Descriptor{}, err
	}
	data, err := json.Marshal(m)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	desc, err := s.blobs.put(ctx, m.MediaType, data)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	desc.ArtifactType = m.ArtifactType
	return desc, s.index.add(desc, m)
}
