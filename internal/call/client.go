package call

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"slipway.dev/internal/netguard"
)

// outgoing is a request over HTTP.
type outgoing struct {
	method string
	url    *url.URL
	shown  string // the address as it may be told
	header http.Header
	body   []byte
	auth   *credentials // nil: none
	follow bool         // redirects; only for documents, which are only read
}

// name says what is asked, for problems.
func (o outgoing) name() string { return o.method + " " + o.shown }

// open sends a request and gives the response, whose body the caller closes.
func (a *attempt) open(ctx context.Context, o outgoing) (*http.Response, error) {
	response, err := a.once(ctx, o, o.auth.authorization())
	if err != nil || response.StatusCode != http.StatusUnauthorized || !o.auth.digests() {
		return response, err
	}
	if !sameOrigin(response.Request.URL, o.url) {
		return response, nil // another host's challenge is not answered
	}
	authorization, err := o.auth.answer(response.Header, o)
	if err != nil {
		response.Body.Close()
		return nil, err
	}
	drain(response)
	return a.once(ctx, o, authorization)
}

// once sends a request one time.
func (a *attempt) once(ctx context.Context, o outgoing, authorization string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, o.method, o.url.String(), bytes.NewReader(o.body))
	if err != nil {
		return nil, configuration("%s is no request", o.name())
	}
	if len(o.body) == 0 {
		r.Body, r.GetBody, r.ContentLength = http.NoBody, nil, 0
	}
	r.Header = o.header.Clone()
	if r.Header == nil {
		r.Header = http.Header{}
	}
	r.Host = r.Header.Get("Host")
	r.Header.Del("Host")
	if r.Header.Get("User-Agent") == "" {
		r.Header.Set("User-Agent", "slipway/"+a.Version)
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
		a.hide(authorization)
	}
	client, done := a.client(o)
	defer done()
	response, err := client.Do(r)
	if err != nil {
		return nil, unreachable(o.name(), err)
	}
	return response, nil
}

// client gives the client for a request. A client's certificate has connections of its own,
// which nobody else's requests go over.
func (a *attempt) client(o outgoing) (*http.Client, func()) {
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if o.follow {
		client.CheckRedirect = o.redirect
	}
	done := func() {}
	switch {
	case a.Transport != nil:
		client.Transport = a.Transport
	case o.auth.certified():
		own := a.network.Clone()
		own.TLSClientConfig, own.DisableKeepAlives = a.tls(o.auth), true
		client.Transport, done = own, own.CloseIdleConnections
	default:
		client.Transport = a.network
	}
	return client, done
}

// redirect follows to where a document has gone. Another host gets no credentials.
func (o outgoing) redirect(r *http.Request, via []*http.Request) error {
	if err := netguard.CheckRedirect(r, via); err != nil {
		return err
	}
	if sameOrigin(r.URL, via[0].URL) {
		return nil
	}
	if o.auth.certified() {
		return errors.New("a redirect to another host is not followed with a certificate")
	}
	for name := range r.Header {
		if name != "Accept" && name != "User-Agent" {
			r.Header.Del(name)
		}
	}
	return nil
}

func sameOrigin(a, b *url.URL) bool { return a.Scheme == b.Scheme && a.Host == b.Host }

// tls says whom to trust, and with which certificate to come.
func (c *Caller) tls(auth *credentials) *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.Roots}
	if auth.certified() {
		config.Certificates = []tls.Certificate{*auth.certificate}
		if auth.roots != nil {
			config.RootCAs = auth.roots
		}
	}
	return config
}

// answer is a response that was read whole.
type answer struct {
	status  int
	header  http.Header
	body    []byte
	request *http.Request
}

// send sends a request and reads what comes back, up to a limit of bytes.
func (a *attempt) send(ctx context.Context, o outgoing, limit int64) (*answer, error) {
	response, err := a.open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := a.read(response.Body, o.name(), limit)
	if err != nil {
		return nil, err
	}
	return &answer{response.StatusCode, response.Header, body, response.Request}, nil
}

// read reads to the end, or fails over a limit. Credentials that a service echoes are masked.
func (a *attempt) read(r io.Reader, what string, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if int64(len(body)) > limit {
		return nil, tooLarge("the reply to "+what, limit)
	}
	if err != nil {
		f := unreachable(what, err)
		if f.kind == "communication" {
			f.status, f.detail = http.StatusBadGateway, fmt.Sprintf("the reply to %s broke off: %s", what, brief(err.Error()))
		}
		return nil, f
	}
	for _, m := range a.masks {
		body = bytes.ReplaceAll(body, []byte(m), []byte(masked))
	}
	return body, nil
}

// masked is what is told in place of a credential.
const masked = "***"

func (a *attempt) mask(s string) string {
	for _, m := range a.masks {
		s = string(bytes.ReplaceAll([]byte(s), []byte(m), []byte(masked)))
	}
	return s
}

// drain reads what little is left, so that the connection can be used again.
func drain(r *http.Response) {
	_, _ = io.CopyN(io.Discard, r.Body, 64<<10)
	r.Body.Close()
}

// refused makes a problem of an answer whose status says that it is one.
func refused(o outgoing, r *answer) error {
	text := ""
	if mediaType(r.header) != "text/html" {
		text = brief(string(r.body))
	}
	if text != "" {
		text = ": " + text
	}
	return communication(r.status, "%s answered %d %s%s", o.name(), r.status, http.StatusText(r.status), text)
}

// good says whether a status is no problem.
func good(status int, redirect bool) bool {
	return status >= 200 && (status < 300 || redirect && status < 400)
}

// idempotent are methods that may be repeated without a key.
var idempotent = []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete}

// keyed puts the call's key in, unless the workflow has its own. It is written small, which means the
// same to services, because Go's client sends a request again by itself when it finds the key
// under its usual name; but not all services look at it.
func (a *attempt) keyed(o *outgoing) {
	if a.IdempotencyKey == "" || slices.Contains(idempotent, o.method) || o.header.Get("Idempotency-Key") != "" {
		return
	}
	o.header["idempotency-key"] = []string{a.IdempotencyKey}
}
