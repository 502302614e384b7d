package artifact

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/content"

	"slipway.dev/internal/core/fault"
)

// Collected is what Collect removed.
type Collected struct {
	Blobs    int
	Bytes    int64 // of blobs
	Unpacked int   // directories
}

// Collect removes what none of the artifacts in keep needs: their manifests, layers and
// provenance stay, and so does everything that was stored or asked for within grace, which
// may be about to be kept. If a kept artifact cannot be read, nothing is removed.
func (s *Store) Collect(ctx context.Context, keep []string, grace time.Duration) (Collected, error) {
	s.collecting.Lock()
	defer s.collecting.Unlock()
	list, err := s.index.list()
	if err != nil {
		return Collected{}, fmt.Errorf("nothing was collected: %w", err)
	}
	needed, err := s.needed(ctx, list, keep)
	if err != nil {
		return Collected{}, fmt.Errorf("nothing was collected: %w", err)
	}
	var done Collected
	old := func(info os.FileInfo) bool { return time.Since(info.ModTime()) > grace }

	// A fresh manifest may be about to be kept: then what it needs is needed, too.
	fresh, err := s.fresh(ctx, list, old)
	if err != nil {
		return done, fmt.Errorf("nothing was collected: %w", err)
	}
	for d := range fresh {
		needed[d] = true
	}
	if err := s.index.keep(func(d digest.Digest) bool { return needed[d] }); err != nil {
		return done, fmt.Errorf("nothing was collected: %w", err)
	}
	err = eachIn(filepath.Join(s.dir, "layout", "blobs", "sha256"), func(path string, info os.FileInfo) error {
		if needed[digest.Digest("sha256:"+info.Name())] || !old(info) {
			return nil
		}
		done.Blobs, done.Bytes = done.Blobs+1, done.Bytes+info.Size()
		return os.Remove(path)
	})
	err = errors.Join(err, eachIn(filepath.Join(s.dir, "unpacked"), func(path string, info os.FileInfo) error {
		if !info.IsDir() || needed[digest.Digest("sha256:"+info.Name())] || !old(info) {
			return nil
		}
		done.Unpacked++
		return removeAll(path)
	}))
	return done, err
}

// needed gives all blobs that the artifacts need, with what refers to them.
func (s *Store) needed(ctx context.Context, list []ocispec.Descriptor, keep []string) (map[digest.Digest]bool, error) {
	needed := map[digest.Digest]bool{}
	for len(keep) > 0 {
		next := keep[0]
		keep = keep[1:]
		if needed[digest.Digest(next)] {
			continue
		}
		desc, _, err := s.blobs.manifest(ctx, next)
		if fault.Is(err, fault.NotFound) {
			continue // of another store, or lost: there is nothing of it to keep
		}
		if err != nil {
			return nil, err
		}
		needed[desc.Digest] = true
		below, err := content.Successors(ctx, s.blobs, desc)
		if err != nil {
			return nil, err
		}
		for _, b := range below {
			if isManifest(b.MediaType) {
				keep = append(keep, b.Digest.String())
				continue
			}
			needed[b.Digest] = true
		}
		for _, r := range referrers(list, desc.Digest) {
			keep = append(keep, r.Digest.String())
		}
	}
	return needed, nil
}

func (s *Store) fresh(ctx context.Context, list []ocispec.Descriptor, old func(os.FileInfo) bool) (map[digest.Digest]bool, error) {
	var fresh []string
	for _, d := range list {
		info, err := os.Stat(s.blobs.path(d.Digest))
		if err == nil && !old(info) {
			fresh = append(fresh, d.Digest.String())
		}
	}
	return s.needed(ctx, list, fresh)
}

// eachIn visits the entries of a directory whose names do not begin with a dot.
func eachIn(dir string, visit func(path string, info os.FileInfo) error) error {
	found, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, f := range found {
		info, err := f.Info()
		if os.IsNotExist(err) || strings.HasPrefix(f.Name(), ".") {
			continue
		}
		if err != nil {
			return err
		}
		if err := visit(filepath.Join(dir, f.Name()), info); err != nil {
			return err
		}
	}
	return nil
}
