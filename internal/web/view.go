package web

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// view is what a page shows.
type view struct {
	Title string
	Here  string          // the entry of the menu that it belongs to, by its path
	Live  templ.Component // what is sent anew after changes
	Rest  templ.Component // below it, what is not: forms that somebody may be filling in; nil: nothing
	Still bool            // does not reload itself even without script
	// Stance is what Rest was made for. When it is another one, script loads the page anew.
	Stance string
}

// frame is what is around each page.
type frame struct {
	view
	Who    model.Whoami
	Alarms alarms
	Events string // where Live comes from; empty: it stays as it is
	Styles []string
	Script string // address of the bundle; empty: none was built
}

// show answers with a page.
func (h *handler) show(v visit, status int, f func(visit) (view, error)) {
	shown, err := f(v)
	if err != nil {
		h.fail(v, err)
		return
	}
	alarms, err := h.alarms(v)
	if err != nil {
		h.fail(v, err)
		return
	}
	events := ""
	if shown.Live != nil {
		events = eventsOf(v.r.URL.EscapedPath())
		if v.r.URL.RawQuery != "" {
			events += "?" + v.r.URL.RawQuery
		}
	}
	h.render(v.w, v.r, status, page(frame{view: shown, Who: v.who, Alarms: alarms, Events: events, Styles: h.styles, Script: h.script}))
}

// static answers with a page that shows nothing live; for who is not signed in, too.
func (h *handler) static(v visit, status int, title string, content templ.Component) {
	h.render(v.w, v.r, status, page(frame{view: view{Title: title, Rest: content}, Who: v.who, Styles: h.styles, Script: h.script}))
}

func (h *handler) render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) {
	var html bytes.Buffer
	if err := c.Render(r.Context(), &html); err != nil {
		h.Log.ErrorContext(r.Context(), "the page cannot be rendered", "path", r.URL.Path, "err", err)
		http.Error(w, "The page cannot be shown.", http.StatusInternalServerError)
		return
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(patience)) // not every connection has one
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(html.Bytes()) // the client went away: nobody to tell
}

// statusCodes is the HTTP status of each fault code.
var statusCodes = map[fault.Code]int{
	fault.Invalid: http.StatusBadRequest, fault.Denied: http.StatusForbidden, fault.NotFound: http.StatusNotFound,
	fault.Refused: http.StatusConflict, fault.Conflict: http.StatusPreconditionFailed,
	fault.TooLarge: http.StatusRequestEntityTooLarge, fault.Unavailable: http.StatusServiceUnavailable,
}

// headings say what became of a request.
var headings = map[int]string{
	http.StatusBadRequest: "Not understood", http.StatusForbidden: "Not allowed", http.StatusNotFound: "Not there",
	http.StatusConflict: "Not done", http.StatusPreconditionFailed: "Not done", http.StatusRequestEntityTooLarge: "Not taken",
	http.StatusServiceUnavailable: "Not now", http.StatusInternalServerError: "Not done",
}

// fail answers with what a person may know of an error.
func (h *handler) fail(v visit, err error) {
	text, status := h.excuse(v.ctx, err)
	if status == http.StatusServiceUnavailable {
		v.w.Header().Set("Retry-After", "1")
	}
	h.static(v, status, headings[status], problem(headings[status], text))
}

// excuse tells a person of an error, and gives its status. The cause, and the text of a
// defect, may tell of the inside: they are logged instead.
func (h *handler) excuse(ctx context.Context, err error) (fault.Error, int) {
	var f *fault.Error
	if errors.As(err, &f) && statusCodes[f.Code] != 0 {
		return fault.Error{Text: f.Text, Hint: f.Hint}, statusCodes[f.Code]
	}
	h.Log.ErrorContext(ctx, "a page failed", "err", err)
	return fault.Error{Text: "something went wrong inside the control plane", Hint: "its log says what"}, http.StatusInternalServerError
}

// nothing answers for a page that there is not.
func (h *handler) nothing(w http.ResponseWriter, r *http.Request) {
	v := visit{w: w, r: r, ctx: r.Context(), now: h.Now()}
	v.who, _ = h.Control.Whoami(r.Context())
	h.fail(v, fault.New(fault.NotFound, "there is no page %s", r.URL.Path))
}
