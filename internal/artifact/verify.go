package artifact

import (
	"context"
	"errors"

	"oras.land/oras-go/v2/content"
)

// Verify reads an artifact whole, with what refers to it, and checks every blob against
// its digest. The error names all that are missing or corrupt.
func (s *Store) Verify(ctx context.Context, digest string) error {
	s.collecting.RLock()
	defer s.collecting.RUnlock()
	desc, _, err := s.blobs.manifest(ctx, digest)
	if err != nil {
		return err
	}
	below, err := content.Successors(ctx, s.blobs, desc)
	if err != nil {
		return err
	}
	for _, b := range below {
		if b.Digest != desc.Digest {
			err = errors.Join(err, s.blobs.verify(ctx, b))
		}
	}
	list, bad := s.index.list()
	err = errors.Join(err, bad)
	for _, r := range referrers(list, desc.Digest) {
		_, m, bad := s.blobs.manifest(ctx, r.Digest.String())
		err = errors.Join(err, bad)
		for _, layer := range m.Layers {
			err = errors.Join(err, s.blobs.verify(ctx, layer))
		}
	}
	return err
}
