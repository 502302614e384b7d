package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"slipway.dev/internal/api/apitest"
	"slipway.dev/internal/core/fault"
)

// TestNoPageIsForStrangers: without a session every page leads to the sign-in, and from
// there back; no form is taken.
func TestNoPageIsForStrangers(t *testing.T) {
	t.Parallel()
	f := newFake()
	v := enter(t, f).stranger()
	for path, next := range map[string]string{
		"/": "/sign-in", "/tasks": "/sign-in?return=%2Ftasks", "/account": "/sign-in?return=%2Faccount",
		"/deployments/tickets.prod.4":            "/sign-in?return=%2Fdeployments%2Ftickets.prod.4",
		"/lanes/tickets/prod/promote?release=r4": "/sign-in?return=%2Flanes%2Ftickets%2Fprod%2Fpromote%3Frelease%3Dr4",
		"/deployments/tickets.prod.4/decision":   "/sign-in?return=%2Fdeployments%2Ftickets.prod.4%2Fdecision",
		"/tasks/tickets.prod.4":                  "/sign-in?return=%2Ftasks%2Ftickets.prod.4",
		"/glass/g1":                              "/sign-in?return=%2Fglass%2Fg1",
		"/lanes/tickets/prod/rollback":           "/sign-in?return=%2Flanes%2Ftickets%2Fprod%2Frollback",
		"/lanes/tickets/prod/abort":              "/sign-in?return=%2Flanes%2Ftickets%2Fprod%2Fabort",
		"/lanes/tickets/prod/settle":             "/sign-in?return=%2Flanes%2Ftickets%2Fprod%2Fsettle",
	} {
		if resp, _ := v.get(path); resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != next {
			t.Errorf("%s: %s to %s", path, resp.Status, resp.Header.Get("Location"))
		}
	}
	for _, path := range []string{
		"/tasks/tickets.prod.4/answers", "/tasks/tickets.prod.4/withdrawals", "/tasks/tickets.prod.4/claims", "/tasks/tickets.prod.4/delegations",
		"/lanes/tickets/prod/promote", "/lanes/tickets/prod/rollback", "/lanes/tickets/prod/abort", "/lanes/tickets/prod/settle",
		"/glass/g1/confirm", "/glass/g1/close", "/account/tokens", "/account/tokens/revoke", "/account/sessions/end", "/account/passkeys",
		"/account/passkeys/remove", "/account/password",
	} {
		v.sends(path, "/sign-in", url.Values{"decision": {"approve"}})
	}
	if len(f.asked) > 0 {
		t.Errorf("a stranger's form was taken: %v", f.asked)
	}
	for _, path := range []string{"/events", "/events/tasks", "/events/deployments/tickets.prod.4"} {
		if resp, _ := v.get(path); resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
}

// TestOnlyPagesOfOursAreGoneBackTo: what stands in the return path is anybody's.
func TestOnlyPagesOfOursAreGoneBackTo(t *testing.T) {
	t.Parallel()
	v := enter(t, newFake()).stranger()
	for given, next := range map[string]string{
		"/tasks": "/tasks", "/deployments/tickets.prod.4": "/deployments/tickets.prod.4", "/account#tokens": "/account",
		"/lanes/tickets/prod/promote?release=r4": "/lanes/tickets/prod/promote?release=r4",
		"":                                       "/", "//evil.example": "/", "https://evil.example/": "/", "/\\evil.example": "/", "/%5Cevil.example": "/", "/%2F/evil.example": "/",
		"\\\\evil.example": "/", "javascript:alert(1)": "/", "/tasks\r\nSet-Cookie: a=b": "/", "/tasks/..//evil.example": "/", "/.//evil.example": "/",
		"evil.example": "/", "/v1/session": "/", "/sign-out": "/", "/sign-in?return=/sign-in": "/", "/events": "/", "/session/provider?return=x": "/",
		"/\t/evil.example": "/", "//user@evil.example/tasks": "/", "/" + strings.Repeat("a", 2000): "/",
	} {
		form := url.Values{"name": {apitest.Name}, "password": {apitest.Password}, "code": {apitest.Code}, "return": {given}}
		v.sends("/sign-in", next, form)
		if resp, _ := (visitor{t: t, server: v.server, cookie: session}).get("/sign-in?return=" + url.QueryEscape(given)); resp.Header.Get("Location") != next {
			t.Errorf("%q when signed in already: to %q", given, resp.Header.Get("Location"))
		}
	}
}

// TestNoSiteSendsOurForms: a page elsewhere can make a browser send a form, with its cookie.
func TestNoSiteSendsOurForms(t *testing.T) {
	t.Parallel()
	f := newFake()
	v := enter(t, f)
	form := url.Values{"decision": {"approve"}, "name": {apitest.Name}, "password": {apitest.Password}, "code": {apitest.Code}}
	for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
		for _, path := range []string{"/tasks/tickets.prod.4/answers", "/lanes/tickets/prod/rollback", "/sign-in", "/sign-out", "/account/tokens", "/setup"} {
			if resp, _ := v.from(header, value).send(http.MethodPost, path, form); resp.StatusCode != http.StatusForbidden {
				t.Errorf("%s with %s %s: %s", path, header, value, resp.Status)
			}
		}
	}
	if resp, _ := v.from("Sec-Fetch-Site", "same-site").send(http.MethodPost, "/lanes/tickets/prod/rollback", form); resp.StatusCode != http.StatusForbidden {
		t.Errorf("another host of the same site: %s", resp.Status)
	}
	if len(f.asked) > 0 {
		t.Errorf("a form of another site was taken: %v", f.asked)
	}
	v.from("Sec-Fetch-Site", "same-origin").sends("/lanes/tickets/prod/rollback", "/deployments/tickets.prod.4", url.Values{"to": {"r2"}})
	for _, path := range []string{"/lanes/tickets/prod/rollback", "/sign-out"} { // nothing is done by a link
		before := len(f.asked)
		if v.get(path); len(f.asked) > before {
			t.Errorf("GET %s does something: %v", path, f.asked)
		}
	}
}

// TestPagesAreLockedDown: all pages, those of failures too, load nothing from elsewhere, run
// nothing inline, are shown in no frame, tell no other site where one was, and are not kept.
func TestPagesAreLockedDown(t *testing.T) {
	t.Parallel()
	f := newFake()
	v := enter(t, f)
	for _, path := range []string{"/", "/sign-in", "/setup", "/account", "/tasks", "/tasks/tickets.prod.4", "/none", "/lanes/none/none/abort"} {
		resp, body := v.get(path)
		policy := resp.Header.Get("Content-Security-Policy")
		has(t, policy, "default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'")
		hasNot(t, policy, "unsafe", "*", "data:")
		for name, want := range map[string]string{
			"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Opener-Policy": "same-origin", "Cache-Control": "no-store",
		} {
			if got := resp.Header.Get(name); got != want {
				t.Errorf("%s: %s: %q, want %q", path, name, got, want)
			}
		}
		hasNot(t, body, "<style", " style=", "<script>", " onclick=", " onsubmit=", "javascript:")
	}
}

func TestFormsAreBounded(t *testing.T) {
	t.Parallel()
	f := newFake()
	v := enter(t, f)
	if resp, _ := v.send(http.MethodPost, "/lanes/tickets/prod/rollback", url.Values{"reason": {strings.Repeat("a", maxForm)}}); resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a long form: %s", resp.Status)
	}
	if len(f.asked) > 0 {
		t.Errorf("half a form was taken: %v", f.asked)
	}
}

// TestNobodyIsToldOfTheInside: a refusal is told in words, a defect is not.
func TestNobodyIsToldOfTheInside(t *testing.T) {
	t.Parallel()
	f := newFake()
	f.err = fault.New(fault.Denied, "ada may not read in prod").WithHint("somebody who manages people can give the right: slipway user grant")
	resp, body := enter(t, f).get("/")
	if resp.StatusCode != http.StatusForbidden {
		t.Error(resp.Status)
	}
	has(t, body, "Ada may not read in prod.", "slipway user grant", "Sign out")
}
