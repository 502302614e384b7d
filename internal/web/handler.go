package web

import (
	"log/slog"
	"net/http"
	"time"

	"slipway.dev/internal/core/fault"
)

//go:generate go run github.com/a-h/templ/cmd/templ@v0.3.977 generate

// The page loads nothing from elsewhere, runs no inline script and is shown in no frame.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler serves the page at /, its events at /events and its files below /assets/. Who may
// see it is for the caller to decide.
func Handler(source Source) http.Handler { return newHandler(source, time.Now) }

type handler struct {
	source Source
	now    func() time.Time
	style  asset
	script asset
}

func newHandler(source Source, now func() time.Time) http.Handler {
	h := &handler{
		source: source, now: now,
		style:  loadAsset("assets/board.css", "board.css", "text/css; charset=utf-8"),
		script: loadAsset("dist/app.js", "app.js", "text/javascript; charset=utf-8"),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", h.page)
	mux.HandleFunc("GET /events", h.events)
	mux.Handle("GET /assets/board.css", h.style)
	mux.Handle("GET /assets/app.js", h.script)
	mux.Handle("GET /assets/icon.svg", loadAsset("assets/icon.svg", "icon.svg", "image/svg+xml"))
	return guard(mux)
}

// guard sets the headers that all answers have.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

func (h *handler) page(w http.ResponseWriter, r *http.Request) {
	b, err := h.source.Board(r.Context())
	if err != nil {
		fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	data := pageData{Board: b, Now: h.now(), Script: h.script.address, Style: h.style.address}
	if err := page(data).Render(r.Context(), w); err != nil && r.Context().Err() == nil {
		slog.WarnContext(r.Context(), "the page was cut short", "error", err)
	}
}

// fail answers with what a person may know of an error.
func fail(w http.ResponseWriter, r *http.Request, err error) {
	slog.ErrorContext(r.Context(), "no board for the page", "error", err)
	status := http.StatusInternalServerError
	if fault.Is(err, fault.Unavailable) {
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "1")
	}
	http.Error(w, "The board cannot be read now. The log of the control plane says why.", status)
}
