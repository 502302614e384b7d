package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
)

// account serves a person's own account.
func (h *handler) account() {
	h.mux.HandleFunc("GET /account", h.signedIn(func(v visit) { h.showAccount(v, http.StatusOK, accountPart{}) }))
	h.mux.HandleFunc("POST /account/tokens", h.signedIn(h.makeToken))
	h.form("/account/tokens/revoke", func(v visit) (string, error) {
		_, err := h.Control.RevokeToken(v.ctx, v.value("owner"), v.value("name"))
		return "/account#tokens", err
	})
	h.form("/account/sessions/end", func(v visit) (string, error) {
		_, err := h.Control.EndSession(v.ctx, v.value("session"))
		return "/account#sessions", err
	})
	h.form("/account/passkeys", func(v visit) (string, error) {
		_, err := h.Control.FinishNewPasskey(v.ctx, model.CeremonyDone{
			Flow: v.r.PostFormValue("flow"), Response: json.RawMessage(v.r.PostFormValue("response")), Title: v.value("title"),
		})
		return "/account#passkeys", err
	})
	h.form("/account/passkeys/remove", func(v visit) (string, error) {
		_, err := h.Control.RemovePasskey(v.ctx, v.value("passkey"))
		return "/account#passkeys", err
	})
	h.mux.HandleFunc("POST /account/password", h.signedIn(h.changePassword))
}

// accountPart is what the account's page shows, and what came of the form that was sent.
type accountPart struct {
	Ways     model.SignInWays
	Sessions []model.Session
	Tokens   []model.Token
	Scopes   []string
	Made     *model.Token // just now, with its value
	Changed  bool         // the password, just now
	Token    *fault.Error // why no token was made
	Password *fault.Error // why it was not changed
}

func (h *handler) showAccount(v visit, status int, a accountPart) {
	var err error
	if a.Ways, err = h.Control.SignInWays(v.ctx); err == nil {
		a.Sessions, err = h.Control.Sessions(v.ctx, false)
	}
	if err == nil {
		a.Tokens, err = h.Control.Tokens(v.ctx, false)
	}
	if err != nil {
		h.fail(v, err)
		return
	}
	a.Tokens = slices.DeleteFunc(a.Tokens, func(t model.Token) bool { return t.Status != "live" })
	for _, scope := range access.ScopeWords() {
		if v.may(scope) {
			a.Scopes = append(a.Scopes, scope)
		}
	}
	h.show(v, status, func(visit) (view, error) {
		return view{Title: "Your account", Here: "/account", Rest: accountPage(a, v.who, v.now)}, nil
	})
}

// makeToken shows a new token's value in the answer to the form, which no browser keeps.
func (h *handler) makeToken(v visit) {
	days, err := strconv.Atoi(v.value("days"))
	if err != nil {
		days = 0
	}
	t, err := h.Control.MakeToken(v.ctx, model.NewToken{Name: v.value("name"), Scopes: v.r.PostForm["scope"], Days: days})
	if err != nil {
		text, status := h.excuse(v.ctx, err)
		h.showAccount(v, status, accountPart{Token: &text})
		return
	}
	h.showAccount(v, http.StatusOK, accountPart{Made: &t})
}

func (h *handler) changePassword(v visit) {
	_, err := h.Control.ChangePassword(v.ctx, model.PasswordChange{
		Old: v.r.PostFormValue("old"), New: v.r.PostFormValue("new"), Code: v.value("code"),
	})
	if err != nil {
		text, status := h.excuse(v.ctx, err)
		h.showAccount(v, status, accountPart{Password: &text})
		return
	}
	h.showAccount(v, http.StatusOK, accountPart{Changed: true})
}

// path joins escaped segments.
func path(segments ...string) string {
	p := ""
	for _, s := range segments {
		p += "/" + url.PathEscape(s)
	}
	return p
}
