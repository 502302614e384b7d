package api

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"slipway.dev/client/model"
)

// Provider is Control's way to the identity provider and back. Browsers go it; it is no
// part of the described API.
type Provider interface {
	BeginProvider(ctx context.Context, back string, from model.Client) (to, browser string, err error)
	FinishProvider(ctx context.Context, query url.Values, browser string, from model.Client) (model.SignedIn, string, error)
}

// tripTime is how long a browser keeps what proves that it began the sign-in.
const tripTime = 10 * time.Minute

// toProvider sends a browser to the identity provider.
func (d *door) toProvider(w http.ResponseWriter, r *http.Request) {
	to, browser, err := d.BeginProvider(r.Context(), r.URL.Query().Get("return"), clientOf(r, false))
	if err != nil {
		d.problemOf(r.Context(), err).write(w)
		return
	}
	c := d.cookie(browser, time.Now().Add(tripTime)) //nolint:gosec // see cookie
	c.Name = d.cookieName("slipway-trip")
	http.SetCookie(w, &c)
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.Redirect(w, r, to, http.StatusSeeOther) //nolint:gosec // to the identity provider that the operator named
}

// fromProvider signs a browser in that comes back. What it brings in its address is worth
// nothing by then: it counts once, with the cookie of the browser that began.
func (d *door) fromProvider(w http.ResponseWriter, r *http.Request) {
	browser := ""
	if c, err := r.Cookie(d.cookieName("slipway-trip")); err == nil {
		browser = c.Value
	}
	gone := d.noCookie("slipway-trip")
	http.SetCookie(w, &gone)
	w.Header().Set("Referrer-Policy", "no-referrer")
	s, back, err := d.FinishProvider(r.Context(), r.URL.Query(), browser, clientOf(r, false))
	if err != nil {
		d.problemOf(r.Context(), err).write(w)
		return
	}
	d.endOld(r)
	session := d.cookie(s.Value, s.Expires)
	http.SetCookie(w, &session)
	http.Redirect(w, r, back, http.StatusSeeOther) //nolint:gosec // identity.LocalPath made it a path of this site
}
