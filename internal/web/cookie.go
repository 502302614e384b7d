package web

import (
	"net/http"
	"time"

	"slipway.dev/client/model"
)

// cookie is a session in a browser, by the name under which the API looks for it. With TLS
// no other site, and no plain http, can set it. No script reads it.
func (h *handler) cookie(value string, expires time.Time) *http.Cookie {
	c := &http.Cookie{ //nolint:gosec // Secure with TLS; on this machine's loopback there may be none
		Name: "slipway", Value: value, Path: "/", Expires: expires, HttpOnly: true, Secure: h.Secure, SameSite: http.SameSiteLaxMode,
	}
	if h.Secure {
		c.Name = "__Host-" + c.Name
	}
	return c
}

// begin gives a browser its session. The one that it had, if any, ends: whoever put that
// there has nothing of it.
func (h *handler) begin(w http.ResponseWriter, r *http.Request, s model.SignedIn) {
	if who, err := h.Control.Whoami(r.Context()); err == nil && who.Session != "" {
		_, _ = h.Control.SignOut(r.Context()) // it has a new one whether or not this ends
	}
	http.SetCookie(w, h.cookie(s.Value, s.Expires))
}

// forget has a browser forget its session.
func (h *handler) forget(w http.ResponseWriter) {
	gone := h.cookie("", time.Unix(1, 0)) //nolint:gosec // of what cookie makes
	gone.MaxAge = -1
	http.SetCookie(w, gone)
}
