package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"slipway.dev/internal/core/fault"
)

//go:generate go run github.com/a-h/templ/cmd/templ@v0.3.977 generate

// The page loads nothing from elsewhere, runs no inline script, sends forms nowhere else and
// is shown in no frame.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// maxForm bounds what a form sends, in bytes.
const maxForm = 64 << 10

// Options are what the page needs of others. All but Now are required.
type Options struct {
	Control Control
	// Changes gives a value after each change of anything that is shown, until ctx is done.
	// Values may be dropped while one waits to be taken.
	Changes func(ctx context.Context) <-chan struct{}
	Secure  bool // browsers reach it by https
	Log     *slog.Logger
	Now     func() time.Time
}

type handler struct {
	Options
	mux    *http.ServeMux
	styles []string
	script string
}

// Handler serves all pages. It expects in a request's context who is signed in, as Control
// reads it, and that requests which come from other sites were refused before.
func Handler(o Options) http.Handler {
	if o.Now == nil {
		o.Now = time.Now
	}
	h := &handler{Options: o, mux: http.NewServeMux()}
	h.assets()
	h.strangers()
	h.account()
	h.boards()
	h.deployments()
	h.tasks()
	h.flows()
	h.mux.HandleFunc("GET /", h.nothing)
	return h.guard(h.mux)
}

// guard sets the headers that all answers have, and reads forms: whole, or not at all.
func (h *handler) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		head.Set("Content-Security-Policy", policy)
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("X-Frame-Options", "DENY")
		head.Set("Referrer-Policy", "no-referrer")
		head.Set("Cross-Origin-Opener-Policy", "same-origin")
		head.Set("Cross-Origin-Resource-Policy", "same-origin")
		head.Set("Cache-Control", "no-store")
		if r.Method != http.MethodPost {
			next.ServeHTTP(w, r)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if err := r.ParseForm(); err != nil {
			h.fail(visit{w: w, r: r, ctx: r.Context(), now: h.Now()}, unread(err))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// unread says why a form could not be read.
func unread(err error) error {
	if big := (*http.MaxBytesError)(nil); errors.As(err, &big) {
		return fault.New(fault.TooLarge, "a form may have %d KiB at most", maxForm>>10)
	}
	return fault.New(fault.Invalid, "the form cannot be read").Because(err)
}

// page serves what f gives at a path, and the same as events, which are sent anew after each
// change.
func (h *handler) page(path string, f func(visit) (view, error)) {
	h.mux.HandleFunc("GET "+path, h.signedIn(func(v visit) { h.show(v, http.StatusOK, f) }))
	h.mux.HandleFunc("GET "+eventsOf(path), h.events(f))
}

// form takes a form of a person who is signed in. It goes on at the path that f gives.
func (h *handler) form(path string, f func(visit) (next string, err error)) {
	h.mux.HandleFunc("POST "+path, h.signedIn(func(v visit) {
		next, err := f(v)
		if err != nil {
			h.fail(v, err)
			return
		}
		http.Redirect(v.w, v.r, next, http.StatusSeeOther)
	}))
}
