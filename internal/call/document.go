package call

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"slipway.dev/internal/core/workflow/interp"
)

// text is a document that was read.
type text struct {
	body   []byte
	digest string   // "sha256:…"
	at     *url.URL // where it is, after redirects; nil: a file
	asked  *url.URL // where it was looked for
	path   string   // of a file, below Options.Files
}

// source is where a document is had over HTTP.
type source struct {
	url   *url.URL
	shown string
	auth  *policy
}

// Fetch reads a resource: an endpoint (text, or an object with uri and authentication) of HTTP
// or a file below Options.Files. Redirects are followed, without credentials where they lead to another host.
func (c *Caller) Fetch(ctx context.Context, at, authentication any) ([]byte, *interp.Problem) {
	ctx, cancel := context.WithTimeout(ctx, defaultTime)
	defer cancel()
	a := &attempt{Caller: c, Request: Request{Authentication: authentication}}
	got, err := a.fetchAny(ctx, at)
	if err != nil {
		p := problem(ctx, err)
		p.Detail = a.mask(p.Detail)
		return nil, p
	}
	return got.body, nil
}

func (a *attempt) fetchAny(ctx context.Context, at any) (*text, error) {
	said, err := encodeJSON(at)
	if err != nil {
		return nil, configuration("the endpoint is no JSON")
	}
	var r resource
	if err := json.Unmarshal(said, &r.Endpoint); err != nil {
		return nil, misfit("endpoint", err)
	}
	if r.Endpoint.Authentication, err = policyOf(a.policy(r.Endpoint.Authentication)); err != nil {
		return nil, err
	}
	return a.fetch(ctx, r)
}

// fetch reads a document of a workflow: a description of a service.
func (a *attempt) fetch(ctx context.Context, r resource) (*text, error) {
	address, err := expand(r.Endpoint.URI, a.Data)
	if err != nil {
		return nil, err
	}
	if path, isFile := filePath(address); isFile {
		return a.readFile(path)
	}
	u, err := parseURL(address)
	if err != nil {
		return nil, err
	}
	shown, _, _ := strings.Cut(r.Endpoint.URI, "?")
	return a.document(ctx, source{u, shown, r.Endpoint.Authentication})
}

// document reads a document over HTTP, or gives it from the cache.
func (a *attempt) document(ctx context.Context, s source) (*text, error) {
	key := s.key()
	kept, etag, fresh := a.documents.get(key, a.Now())
	if fresh {
		return kept, nil
	}
	o := outgoing{method: http.MethodGet, url: s.url, shown: s.shown, header: http.Header{"Accept": {"*/*"}}, follow: true}
	if etag != "" {
		o.header.Set("If-None-Match", etag)
	}
	var err error
	if o.auth, err = a.credentials(ctx, s.auth); err != nil {
		return nil, err
	}
	got, err := a.send(ctx, o, maxDocument)
	if err != nil {
		return nil, err
	}
	if got.status == http.StatusNotModified && kept != nil {
		a.documents.put(key, kept, etag, a.Now())
		return kept, nil
	}
	if !good(got.status, false) {
		o.auth.refused(got.status)
		return nil, refused(o, got)
	}
	t := newText(got.body)
	t.at, t.asked = got.request.URL, s.url
	a.documents.put(key, t, got.header.Get("ETag"), a.Now())
	return t, nil
}

func newText(body []byte) *text {
	sum := sha256.Sum256(body)
	return &text{body: body, digest: "sha256:" + hex.EncodeToString(sum[:])}
}

// key tells documents apart that look different to different people.
func (s source) key() string {
	auth, _ := encodeJSON(s.auth) // of our own type: it has no way to fail
	sum := sha256.Sum256(append(auth, s.url.String()...))
	return string(sum[:])
}
