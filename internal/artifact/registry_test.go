package artifact

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// fakeRegistry serves the reading part of the OCI distribution API over HTTP.
type fakeRegistry struct {
	*httptest.Server
	mu        sync.Mutex
	content   map[string][]byte // by digest
	types     map[string]string // media types of manifests, by digest
	tags      map[string]string // digest by tag
	user      string            // if set, it and the password are asked for
	password  string
	manifests int // requests for manifests
}

func newRegistry(t *testing.T) *fakeRegistry {
	t.Helper()
	r := &fakeRegistry{content: map[string][]byte{}, types: map[string]string{}, tags: map[string]string{}}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

// ref is "host/shop/tickets" with a tag (":v1") or digest ("@sha256:…").
func (r *fakeRegistry) ref(reference string) string {
	return strings.TrimPrefix(r.URL, "http://") + "/shop/tickets" + reference
}

func (r *fakeRegistry) blob(data []byte) ocispec.Descriptor {
	r.mu.Lock()
	defer r.mu.Unlock()
	sum := sha256.Sum256(data)
	d := "sha256:" + hex.EncodeToString(sum[:])
	r.content[d] = data
	return ocispec.Descriptor{Digest: digest.Digest(d), Size: int64(len(data))}
}

func (r *fakeRegistry) manifest(t *testing.T, v any, mediaType, tag string) ocispec.Descriptor {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	desc := r.blob(data)
	desc.MediaType = mediaType
	r.mu.Lock()
	defer r.mu.Unlock()
	r.types[desc.Digest.String()] = mediaType
	if tag != "" {
		r.tags[tag] = desc.Digest.String()
	}
	return desc
}

// image stores a manifest over layers.
func (r *fakeRegistry) image(t *testing.T, tag string, layers ...ocispec.Descriptor) ocispec.Descriptor {
	t.Helper()
	config := r.blob([]byte(`{"os":"linux"}`))
	config.MediaType = ocispec.MediaTypeImageConfig
	m := ocispec.Manifest{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest, Config: config, Layers: layers}
	return r.manifest(t, m, m.MediaType, tag)
}

func (r *fakeRegistry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if user, password, _ := req.BasicAuth(); r.user != "" && (user != r.user || password != r.password) {
		w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	kind, reference, ok := cutLast(strings.TrimPrefix(req.URL.Path, "/v2/shop/tickets/"))
	if tagged, known := r.tags[reference]; known {
		reference = tagged
	}
	data, found := r.content[reference]
	mediaType := r.types[reference]
	if !ok || !found || (kind == "manifests") != (mediaType != "") {
		http.NotFound(w, req)
		return
	}
	if kind == "manifests" {
		r.manifests++
		w.Header().Set("Content-Type", mediaType)
		w.Header().Set("Docker-Content-Digest", reference)
	}
	http.ServeContent(w, req, "", commitTime, bytes.NewReader(data))
}

func cutLast(path string) (kind, reference string, ok bool) {
	kind, reference, ok = strings.Cut(path, "/")
	return kind, reference, ok && (kind == "manifests" || kind == "blobs")
}
