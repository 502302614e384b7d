package web

import (
	"encoding/json"
	"net/http"
	"strings"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// setupForm is what somebody sets up an account with who has its link. The link's secret
// stands behind its #, which browsers keep to themselves: script puts it into the form, and
// who has none pastes the link.
type setupForm struct {
	Link        string
	Name, Title string
	Naming      bool // the link is of the first account, which must be named
	Wrong       *fault.Error
	Enrolling   model.Enrolling
}

func (h *handler) setup(w http.ResponseWriter, r *http.Request) {
	h.static(visit{w: w, r: r, ctx: r.Context(), now: h.Now()}, http.StatusOK, "Set up an account", setupPage(setupForm{}))
}

// beginSetup shows what to set up for a link.
func (h *handler) beginSetup(w http.ResponseWriter, r *http.Request) {
	v := visit{w: w, r: r, ctx: r.Context(), now: h.Now()}
	f := setupForm{Link: secretOf(r.PostFormValue("link")), Name: v.value("name"), Title: v.value("title"), Naming: r.PostFormValue("naming") != ""}
	e, err := h.Control.BeginEnroll(r.Context(), model.EnrollRequest{Link: f.Link, Name: f.Name, Title: f.Title}, client(r))
	switch {
	case err == nil:
		f.Enrolling = e
		h.showEnroll(v, http.StatusOK, f)
	case fault.Is(err, fault.Invalid) && !f.Naming: // the link is good, and names nobody
		f.Naming = true
		h.static(v, http.StatusOK, "Set up the first account", setupPage(f))
	default:
		text, status := h.excuse(r.Context(), err)
		f.Wrong = &text
		h.static(v, status, "Set up an account", setupPage(f))
	}
}

// secretOf gives what stands behind # of a link, or what was given in its place.
func secretOf(link string) string {
	if _, secret, found := strings.Cut(link, "#"); found {
		link = secret
	}
	return strings.TrimSpace(link)
}

func (h *handler) showEnroll(v visit, status int, f setupForm) {
	code, err := qrCode(f.Enrolling.URI)
	if err != nil {
		h.fail(v, err)
		return
	}
	h.static(v, status, "Set up how you sign in", enrollPage(f, code))
}

// finishSetup keeps what was set up, and signs in. What the authenticator was told comes
// along with the form, so that it can be shown again if the code is wrong.
func (h *handler) finishSetup(w http.ResponseWriter, r *http.Request) {
	v := visit{w: w, r: r, ctx: r.Context(), now: h.Now()}
	done := model.EnrollDone{Flow: r.PostFormValue("flow"), Password: r.PostFormValue("password"), Code: v.value("code")}
	if passkey := r.PostFormValue("response"); passkey != "" {
		done.Passkey = json.RawMessage(passkey)
	}
	s, err := h.Control.FinishEnroll(r.Context(), done, client(r))
	if fault.Is(err, fault.Invalid) && done.Passkey == nil {
		text, status := h.excuse(r.Context(), err)
		e := model.Enrolling{Flow: done.Flow, Name: v.value("name"), Secret: v.value("secret"), URI: v.value("uri")}
		h.showEnroll(v, status, setupForm{Wrong: &text, Enrolling: e})
		return
	}
	if err != nil {
		h.fail(v, err)
		return
	}
	h.begin(w, r, s)
	if len(s.Recovery) == 0 {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	h.static(v, http.StatusOK, "Keep these codes", recoveryPage(s.Recovery))
}
