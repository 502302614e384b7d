package web

import (
	"encoding/json"
	"net/http"
	"net/url"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// strangers serves what one sees who is not signed in.
func (h *handler) strangers() {
	h.mux.HandleFunc("GET /sign-in", h.signIn)
	h.mux.HandleFunc("POST /sign-in", h.signInByPassword)
	h.mux.HandleFunc("POST /sign-in/passkey", h.signInByPasskey)
	h.mux.HandleFunc("POST /sign-out", h.signOut)
	h.mux.HandleFunc("GET /setup", h.setup)
	h.mux.HandleFunc("POST /setup", h.beginSetup)
	h.mux.HandleFunc("POST /setup/finish", h.finishSetup)
}

// signInForm is what the sign-in shows.
type signInForm struct {
	Ways   model.SignInWays
	Name   string
	Return string
	Wrong  *fault.Error
}

// provider is where the identity provider's sign-in begins.
func (f signInForm) provider() string {
	return "/session/provider?return=" + url.QueryEscape(f.Return)
}

// providerName is how people know the identity provider.
func (f signInForm) providerName() string {
	if u, err := url.Parse(f.Ways.Provider); err == nil && u.Host != "" {
		return u.Host
	}
	return f.Ways.Provider
}

func (h *handler) signIn(w http.ResponseWriter, r *http.Request) {
	back := h.back(r.URL.Query().Get("return"))
	if _, err := h.Control.Whoami(r.Context()); err == nil {
		http.Redirect(w, r, back, http.StatusSeeOther) //nolint:gosec // back is a page of ours
		return
	}
	h.showSignIn(w, r, signInForm{Return: back}, nil)
}

// showSignIn shows the form, with what was wrong with it if it was sent before.
func (h *handler) showSignIn(w http.ResponseWriter, r *http.Request, f signInForm, wrong error) {
	v := visit{w: w, r: r, ctx: r.Context(), now: h.Now()}
	var err error
	if f.Ways, err = h.Control.SignInWays(r.Context()); err != nil {
		h.fail(v, err)
		return
	}
	status := http.StatusOK
	if wrong != nil {
		var text fault.Error
		text, status = h.excuse(r.Context(), wrong)
		f.Wrong = &text
	}
	h.static(v, status, "Sign in", signInPage(f))
}

func (h *handler) signInByPassword(w http.ResponseWriter, r *http.Request) {
	f := signInForm{Name: r.PostFormValue("name"), Return: h.back(r.PostFormValue("return"))}
	s, err := h.Control.SignIn(r.Context(), model.SignIn{Name: f.Name, Password: r.PostFormValue("password"), Code: r.PostFormValue("code")}, client(r))
	h.signedInBy(w, r, f, s, err)
}

func (h *handler) signInByPasskey(w http.ResponseWriter, r *http.Request) {
	f := signInForm{Return: h.back(r.PostFormValue("return"))}
	done := model.CeremonyDone{Flow: r.PostFormValue("flow"), Response: json.RawMessage(r.PostFormValue("response"))}
	s, err := h.Control.FinishPasskey(r.Context(), done, client(r))
	h.signedInBy(w, r, f, s, err)
}

func (h *handler) signedInBy(w http.ResponseWriter, r *http.Request, f signInForm, s model.SignedIn, err error) {
	if err != nil {
		h.showSignIn(w, r, f, err)
		return
	}
	h.begin(w, r, s)
	http.Redirect(w, r, f.Return, http.StatusSeeOther)
}

func (h *handler) signOut(w http.ResponseWriter, r *http.Request) {
	_, err := h.Control.SignOut(r.Context())
	if err != nil && !fault.Is(err, fault.Denied) { // who is nobody is signed out
		h.fail(visit{w: w, r: r, ctx: r.Context(), now: h.Now()}, err)
		return
	}
	h.forget(w)
	w.Header().Set("Clear-Site-Data", `"cache"`)
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
}
