package artifact

import (
	"bytes"
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
// refers to what. It is read anew each time, because another process may have led
// meanwhile, and it can always be made again from the blobs.
type index struct {
	root  string
	blobs *blobs
	mu    sync.Mutex // one change at a time
}

// openIndex makes the layout's index if it is missing or damaged.
func openIndex(root string, b *blobs) (*index, error) {
	version := []byte(`{"imageLayoutVersion":"` + ocispec.ImageLayoutVersion + `"}`)
	if err := replaceFile(filepath.Join(root, ocispec.ImageLayoutFile), version); err != nil {
		return nil, fmt.Errorf("make the OCI layout: %w", err)
	}
	x := &index{root: root, blobs: b}
	return x, x.change(func(list []ocispec.Descriptor) []ocispec.Descriptor { return list })
}

func (x *index) path() string { return filepath.Join(x.root, ocispec.ImageIndexFile) }

// list gives the manifests.
func (x *index) list() ([]ocispec.Descriptor, error) {
	data, err := os.ReadFile(x.path())
	if err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("read the index of the OCI layout: %w", err)
	}
	var read ocispec.Index
	if err == nil && json.Unmarshal(data, &read) == nil && read.SchemaVersion == 2 {
		return read.Manifests, nil
	}
	return x.scan()
}

// scan finds the manifests among the blobs.
func (x *index) scan() ([]ocispec.Descriptor, error) {
	dir := filepath.Join(x.root, "blobs", "sha256")
	found, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("make the index of the OCI layout again: %w", err)
	}
	var list []ocispec.Descriptor
	for _, f := range found {
		info, err := f.Info()
		if err != nil || info.Size() > maxManifest || !startsWithBrace(filepath.Join(dir, f.Name())) {
			continue
		}
		desc, m, err := x.blobs.manifest(context.Background(), "sha256:"+f.Name())
		if err == nil { // anything else is no manifest
			list = append(list, withSubject(desc, m))
		}
	}
	return list, nil
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
	return x.change(func(list []ocispec.Descriptor) []ocispec.Descriptor {
		if slices.ContainsFunc(list, func(d ocispec.Descriptor) bool { return d.Digest == desc.Digest }) {
			return list
		}
		return append(list, withSubject(desc, m))
	})
}

// keep drops all manifests but those for which it says so.
func (x *index) keep(keep func(digest.Digest) bool) error {
	return x.change(func(list []ocispec.Descriptor) []ocispec.Descriptor {
		return slices.DeleteFunc(list, func(d ocispec.Descriptor) bool { return !keep(d.Digest) })
	})
}

// change writes what do makes of the manifests, if that is something else.
func (x *index) change(do func([]ocispec.Descriptor) []ocispec.Descriptor) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	list, err := x.list()
	if err != nil {
		return err
	}
	list = append([]ocispec.Descriptor{}, do(list)...) // not nil: index.json needs a list
	slices.SortFunc(list, func(a, b ocispec.Descriptor) int { return strings.Compare(string(a.Digest), string(b.Digest)) })
	data, err := json.Marshal(ocispec.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex, Manifests: list})
	if err != nil {
		return err
	}
	if present, err := os.ReadFile(x.path()); err == nil && bytes.Equal(present, data) {
		return nil
	}
	return replaceFile(x.path(), data)
}

// referrers gives the manifests that refer to another, by its digest.
func referrers(list []ocispec.Descriptor, subject digest.Digest) []ocispec.Descriptor {
	return slices.DeleteFunc(slices.Clone(list), func(d ocispec.Descriptor) bool { return d.Annotations[subjectKey] != subject.String() })
}
