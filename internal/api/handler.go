// Package api is the HTTP face: OpenAPI 3.1 at /openapi.json, problems after RFC 9457, and
// JSON lines for what streams. It decides nothing: it finds out who calls, hands the call to
// Control and says what came back. The list of all operations is in routes.go.
package api

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/version"
)

// Options are what the API needs of others. Control, As and Log are required.
type Options struct {
	Control Control
	// As puts the caller into the context in the way Control reads it.
	As func(context.Context, access.Caller) context.Context
	// Authenticate tells whose token it is, in constant time. nil: no token is accepted,
	// and only the unix socket gives access.
	Authenticate func(ctx context.Context, token string) (access.Caller, error)
	Page         http.Handler // what is not the API's; nil: nothing
	Secure       bool         // browsers reach it by https
	Hosts        []string     // names by which it may be called besides those of loopback
	Log          *slog.Logger
	// Heartbeat is how often a stream sends an empty line. Default 15 s.
	Heartbeat time.Duration
}

// door holds the options for the handlers.
type door struct {
	Options
	Control
	log       *slog.Logger
	ingesting chan struct{} // holds one for each webhook that is read; see inTurn
	signing   chan struct{} // likewise for each sign-in
}

// Handler serves the API and the page.
func Handler(o Options) http.Handler {
	if o.Heartbeat == 0 {
		o.Heartbeat = 15 * time.Second
	}
	d := &door{Options: o, Control: o.Control, log: o.Log, ingesting: make(chan struct{}, webhooks), signing: make(chan struct{}, signIns)}
	mux := http.NewServeMux()
	d.register(humago.New(mux, describe()))
	mux.HandleFunc("GET /healthz", d.healthz)
	mux.HandleFunc("GET /readyz", d.readyz)
	mux.HandleFunc("GET /session/provider", d.toProvider)
	mux.HandleFunc("GET /session/callback", d.fromProvider)
	return d.recovered(d.guarded(d.routed(mux)))
}

// describe is the head of the OpenAPI document.
func describe() huma.Config {
	c := huma.DefaultConfig("Slipway", version.Get().Version)
	c.Info.Description = "The control plane's API. A request over the unix socket is known by its user; " +
		"any other needs a token or a session. Every error is a problem after RFC 9457 with a code and a hint. " +
		"A command answers with its position in the journal; a read with the header " + headerAwait + " waits for it."
	c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", nil // no page that loads scripts, no $schema in answers
	c.RejectUnknownQueryParameters = true
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer":  {Type: "http", Scheme: "bearer", Description: "A token, a program's session, or the content of the token file in the data directory."},
		"session": {Type: "apiKey", In: "cookie", Name: "slipway", Description: "A browser's session; with TLS it is called __Host-slipway."},
	}
	return c
}

// routed sends the API's paths to its mux and the rest to the page. The mux' own plain
// text answers become problems.
func (d *door) routed(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		switch {
		case pattern != "":
			limit(w)
			mux.ServeHTTP(w, r)
		case d.Page != nil && !strings.HasPrefix(r.URL.Path, "/v1/"):
			ctx, cancel := untilStop(r.Context()) // its events last as long as the server
			defer cancel()
			d.Page.ServeHTTP(w, r.WithContext(d.visitor(ctx, r)))
		default:
			unrouted(h, w, r)
		}
	})
}

// unrouted answers for a path or a method that there is not.
func unrouted(h http.Handler, w http.ResponseWriter, r *http.Request) {
	status := statusOnly{ResponseWriter: w}
	h.ServeHTTP(&status, r)
	p := newProblem(http.StatusNotFound, "there is no "+r.URL.Path)
	if status.code == http.StatusMethodNotAllowed {
		p = newProblem(status.code, r.Method+" is not possible on "+r.URL.Path)
	}
	p.Hint = "all operations are described at /openapi.json"
	if p.Status == http.StatusNotFound {
		w.Header().Del("Allow")
	}
	p.write(w)
}

// statusOnly keeps the status that is written, and drops the body.
type statusOnly struct {
	http.ResponseWriter
	code int
}

func (s *statusOnly) WriteHeader(code int)        { s.code = code }
func (s *statusOnly) Write(b []byte) (int, error) { return len(b), nil }

// newID names one failure in an answer and in the log.
func newID() string { return strings.ToLower(rand.Text()[:12]) }

// healthz says that the program serves; whether it leads is another question.
func (d *door) healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}

// readyz says whether this control plane leads.
func (d *door) readyz(w http.ResponseWriter, r *http.Request) {
	s, err := d.System(d.As(r.Context(), access.Caller{Actor: machine.System("readyz")}))
	if err == nil && s.Leading {
		d.healthz(w, r)
		return
	}
	p := newProblem(http.StatusServiceUnavailable, "this control plane does not lead")
	p.Hint = "it waits as a standby for the leader's lease"
	if err != nil {
		p = d.problemOf(r.Context(), err)
	}
	p.write(w)
}
