package artifact

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// index is the layout's index.json: the manifests, for other OCI tools and to find what
// refers to what. It can always be made again from the blobs.
type index struct {
	root string

	mu        sync.Mutex
	manifests []ocispec.Descriptor
}

// openIndex reads the index, or makes it again if it is missing or damaged.
func openIndex(root string, b *blobs) (*index, error) {
	version := []byte(`{"imageLayoutVersion":"` + ocispec.ImageLayoutVersion + `"}`)
	if err := replaceFile(filepath.Join(root, ocispec.ImageLayoutFile), version); err != nil {
		return nil, fmt.Errorf("make the OCI layout: %w", err)
	}
	x := &index{root: root}
	var read ocispec.Index
	data, err := os.ReadFile(filepath.Join(root, ocispec.ImageIndexFile))
	if err == nil && json.Unmarshal(data, &read) == nil && read.SchemaVersion == 2 {
		x.manifests = read.Manifests
		return x, nil
	}
	if err := x.scan(b); err != nil {
		return nil, fmt.Errorf("make the index of the OCI layout again: %w", err)
	}
	return x, x.save()
}

// scan finds the manifests among the blobs.
func (x *index) scan(b *blobs) error {
	found, err := os.ReadDir(filepath.Join(x.root, "blobs", "sha256"))
	if err != nil {
		return err
	}
	for _, f := range found {
		info, err := f.Info()
		if err != nil || info.Size() > maxManifest || !startsWithBrace(filepath.Join(x.root, "blobs", "sha256", f.Name())) {
			continue
		}
		desc, m, err := b.manifest(context.Background(), "sha256:"+f.Name())
		if err == nil {
			x.manifests = append(x.manifests, withSubject(desc, m))
		}
	}
	return nil
}

func startsWithBrace(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var first [1]byte
	_, err = f.Read(first[:])
	return err == nil && first[0] == '{'
}

// subjectKey notes in an index entry what the manifest refers to, to save reading it.
const subjectKey = "dev.slipway.subject"

func withSubject(desc ocispec.Descriptor, m ocispec.Manifest) ocispec.Descriptor {
	if m.Subject != nil {
		desc.Annotations = map[string]string{subjectKey: m.Subject.Digest.String()}
	}
	return desc
}

// add lists a manifest, durably.
func (x *index) add(desc ocispec.Descriptor, m ocispec.Manifest) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, d := range x.manifests {
		if d.Digest == desc.Digest {
			return nil
		}
	}
	x.manifests = append(x.manifests, withSubject(desc, m))
	return x.save()
}

// keep drops all manifests but those for which it says so.
func (x *index) keep(keep func(digest.Digest) bool) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	n := len(x.manifests)
	x.manifests = slices.DeleteFunc(x.manifests, func(d ocispec.Descriptor) bool { return !keep(d.Digest) })
	if len(x.manifests) == n {
		return nil
	}
	return x.save()
}

// referrers gives the manifests whose subject is a digest.
func (x *index) referrers(subject digest.Digest) []ocispec.Descriptor {
	x.mu.Lock()
	defer x.mu.Unlock()
	var list []ocispec.Descriptor
	for _, d := range x.manifests {
		if d.Annotations[subjectKey] == subject.String() {
			list = append(list, d)
		}
	}
	return list
}

// save writes the index; the caller holds the lock.
func (x *index) save() error {
	slices.SortFunc(x.manifests, func(a, b ocispec.Descriptor) int { return strings.Compare(string(a.Digest), string(b.Digest)) })
	list := x.manifests
	if list == nil {
		list = []ocispec.Descriptor{}
	}
	data, err := json.Marshal(ocispec.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex, Manifests: list})
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(x.root, ocispec.ImageIndexFile), data)
}

// list gives the digests of all manifests.
func (x *index) list() []digest.Digest {
	x.mu.Lock()
	defer x.mu.Unlock()
	list := make([]digest.Digest, len(x.manifests))
	for i, d := range x.manifests {
		list[i] = d.Digest
	}
	return list
}
