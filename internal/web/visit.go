package web

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// visit is a request of somebody who is signed in.
type visit struct {
	w   http.ResponseWriter
	r   *http.Request
	ctx context.Context
	who model.Whoami
	now time.Time
}

// may says whether the visitor may do something somewhere; whether here, Control says.
func (v visit) may(operation string) bool { return slices.Contains(v.who.Operations, operation) }

// value gives a field of the form; of a page that is asked for, of its query.
func (v visit) value(name string) string {
	if v.r.Method == http.MethodPost {
		return strings.TrimSpace(v.r.PostFormValue(name))
	}
	return strings.TrimSpace(v.r.URL.Query().Get(name))
}

// signedIn lets in who is signed in, and sends who is not to the sign-in and then back.
func (h *handler) signedIn(f func(visit)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := visit{w: w, r: r, ctx: r.Context(), now: h.Now()}
		who, err := h.Control.Whoami(r.Context())
		switch {
		case err == nil:
			v.who = who
			f(v)
		case !fault.Is(err, fault.Denied):
			h.fail(v, err)
		case r.Method == http.MethodGet:
			http.Redirect(w, r, signInPath(r.URL.RequestURI()), http.StatusSeeOther) //nolint:gosec // of a query, which back looks at
		default: // what was in the form is lost: it is not done later in somebody else's name
			http.Redirect(w, r, signInPath("/"), http.StatusSeeOther)
		}
	}
}

func signInPath(back string) string {
	if back == "/" {
		return "/sign-in"
	}
	return "/sign-in?return=" + url.QueryEscape(back)
}

// back gives a path to go on to after the sign-in: of a page of ours, or "/".
func (h *handler) back(path string) string {
	u, err := url.Parse(path)
	if err != nil || !strings.HasPrefix(path, "/") || u.Scheme != "" || u.Host != "" || u.User != nil || len(path) > 1000 ||
		strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }) || strings.Contains(u.Path, "//") {
		return "/"
	}
	_, pattern := h.mux.Handler(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: u.Path}})
	if pattern == "" || pattern == "GET /" || strings.HasPrefix(u.Path, "/events") || strings.HasPrefix(u.Path, "/sign-in") {
		return "/"
	}
	return (&url.URL{Path: u.Path, RawQuery: u.RawQuery}).String()
}

// client is who signs in, as far as it can be seen.
func client(r *http.Request) model.Client {
	c := model.Client{Agent: r.UserAgent(), Address: "socket"}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		c.Address = host
	}
	return c
}
