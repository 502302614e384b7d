package api_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/api"
	"slipway.dev/internal/api/apitest"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
)

// people starts an API that knows the fake's session and a token.
func people(t *testing.T, change func(*api.Options)) *site {
	t.Helper()
	return start(t, func(o *api.Options) {
		o.Authenticate = func(_ context.Context, value string) (access.Caller, error) {
			switch value {
			case apitest.SessionValue:
				return access.PersonCaller("ada", "s1"), nil
			case "swt.ada.ci.secret":
				return access.TokenCaller("ada", "ci", []access.Operation{access.Read}), nil
			}
			return access.Caller{}, fault.New(fault.Denied, "not valid")
		}
		if change != nil {
			change(o)
		}
	})
}

const signIn = `{"name":"ada","password":"correct horse battery","code":"123456"}`

// A browser's session is in a cookie that no script, no other site and, with TLS, no plain
// http gets hold of, and nowhere else.
func TestSignInOfABrowser(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		s := people(t, func(o *api.Options) { o.Secure = secure })
		answer, text := s.ask(t, "POST", "/v1/session", signIn, "Authorization", "")
		if answer.StatusCode != http.StatusOK || strings.Contains(text, "secret") || len(answer.Cookies()) != 1 {
			t.Fatalf("%s %s %v", answer.Status, text, answer.Cookies())
		}
		c := answer.Cookies()[0]
		want := map[bool]string{false: "slipway", true: "__Host-slipway"}[secure]
		if c.Name != want || c.Value != apitest.SessionValue || !c.HttpOnly || c.Secure != secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Expires.IsZero() {
			t.Errorf("%+v", c)
		}
		if answer.Header.Get("Strict-Transport-Security") != "" || answer.Header.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%v", answer.Header)
		}
		answer, text = s.ask(t, "GET", "/v1/session", "", "Authorization", "", "Cookie", c.Name+"="+c.Value)
		if answer.StatusCode != http.StatusOK || !strings.Contains(text, `"actor":"person:ada"`) {
			t.Errorf("%s %s", answer.Status, text)
		}
		answer, _ = s.ask(t, "DELETE", "/v1/session", "", "Authorization", "", "Cookie", c.Name+"="+c.Value)
		if gone := answer.Cookies(); answer.StatusCode != http.StatusOK || len(gone) != 1 || gone[0].Value != "" || gone[0].MaxAge >= 0 {
			t.Errorf("%s %v", answer.Status, gone)
		}
	}
}

// Who comes by https comes so again; but not for other servers of this machine.
func TestStrictTransport(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		s := people(t, func(o *api.Options) { o.Secure, o.Hosts = secure, []string{"slipway.example"} })
		for host, want := range map[string]bool{"slipway.example": secure, "slipway.example:7700": secure, "localhost:7700": false, "127.0.0.1": false} {
			answer, _ := s.ask(t, "GET", "/v1/session/ways", "", "Host", host)
			if got := answer.Header.Get("Strict-Transport-Security") != ""; got != want || answer.StatusCode != http.StatusOK {
				t.Errorf("%s, %v: %v %s", host, secure, got, answer.Status)
			}
		}
	}
}

func TestSignInOfAProgram(t *testing.T) {
	t.Parallel()
	s := people(t, nil)
	answer, text := s.ask(t, "POST", "/v1/session", strings.Replace(signIn, "{", `{"program":true,`, 1), "Authorization", "")
	var signed model.SignedIn
	if err := json.Unmarshal([]byte(text), &signed); err != nil || signed.Value != apitest.SessionValue || len(answer.Cookies()) != 0 {
		t.Fatalf("%s %v %v", text, answer.Cookies(), err)
	}
	if answer, _ := s.ask(t, "GET", "/v1/session", "", "Authorization", "Bearer "+signed.Value); answer.StatusCode != http.StatusOK {
		t.Error(answer.Status)
	}
}

// A page elsewhere cannot act with a browser's cookie, and cannot have it signed in.
func TestCrossSiteRequestsAreRefused(t *testing.T) {
	t.Parallel()
	s := people(t, nil)
	cookie := []string{"Authorization", "", "Cookie", "slipway=" + apitest.SessionValue}
	for name, headers := range map[string][]string{
		"another site":                  {"Sec-Fetch-Site", "cross-site"},
		"a sister site":                 {"Sec-Fetch-Site", "same-site"},
		"another origin":                {"Origin", "https://evil.example"},
		"no origin to be told":          {"Origin", "null"},
		"a form":                        {"Content-Type", "application/x-www-form-urlencoded"},
		"a form that looks like a text": {"Content-Type", "text/plain"},
	} {
		for _, target := range []string{"/v1/rollbacks", "/v1/session"} {
			body := `{"service":"tickets","environment":"dev"}`
			if target == "/v1/session" {
				body = signIn
			}
			answer, text := s.ask(t, "POST", target, body, append(headers, cookie...)...)
			if answer.StatusCode != http.StatusForbidden && answer.StatusCode != http.StatusUnsupportedMediaType || len(answer.Cookies()) != 0 {
				t.Errorf("%s, %s: %s %s", name, target, answer.Status, text)
			}
		}
	}
	answer, text := s.ask(t, "POST", "/v1/rollbacks", `{"service":"tickets","environment":"dev"}`, append([]string{"Sec-Fetch-Site", "same-origin"}, cookie...)...)
	if answer.StatusCode != http.StatusOK {
		t.Errorf("the page itself: %s %s", answer.Status, text)
	}
}

// A value that somebody put into a browser before is worth nothing after a sign-in, and is
// never what one is signed in with. A token is no cookie, and nothing counts in an address.
func TestFixationAndAddresses(t *testing.T) {
	t.Parallel()
	s := people(t, nil)
	answer, _ := s.ask(t, "POST", "/v1/session", signIn, "Authorization", "", "Cookie", "slipway=sws.planted.value")
	if c := answer.Cookies(); len(c) != 1 || strings.Contains(c[0].Value, "planted") {
		t.Errorf("%v", c)
	}
	for name, headers := range map[string][]string{
		"a planted session":     {"Cookie", "slipway=sws.planted.value"},
		"a token as a cookie":   {"Cookie", "slipway=swt.ada.ci.secret"},
		"the other name":        {"Cookie", "__Host-slipway=" + apitest.SessionValue},
		"a wrong value besides": {"Cookie", "slipway=" + apitest.SessionValue, "Authorization", "Bearer wrong"},
	} {
		if answer, text := s.ask(t, "GET", "/v1/session", "", append([]string{"Authorization", ""}, headers...)...); answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: %s %s", name, answer.Status, text)
		}
	}
	for _, query := range []string{"?token=", "?access_token=", "?session="} {
		if answer, _ := s.ask(t, "GET", "/v1/lanes"+query+apitest.SessionValue, "", "Authorization", ""); answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: %s", query, answer.Status)
		}
	}
	if strings.Contains(s.log.String(), "secret") {
		t.Errorf("a value is in the log: %s", s.log)
	}
}

func TestStrangersSendLittle(t *testing.T) {
	t.Parallel()
	s := people(t, nil)
	long := `{"name":"ada","password":"` + strings.Repeat("x", 70<<10) + `","code":"1"}`
	if answer, text := s.ask(t, "POST", "/v1/session", long, "Authorization", ""); answer.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("%s %s", answer.Status, text)
	}
}

// The way to the provider and back is bound to the browser, and ends on this site.
func TestProviderRoundTrip(t *testing.T) {
	t.Parallel()
	s := people(t, func(o *api.Options) { o.Secure = true })
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	get := func(path, cookie string) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if cookie != "" {
			r.Header.Set("Cookie", cookie)
		}
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer
	}
	answer := get("/session/provider?return=/tasks", "")
	trip := answer.Cookies()
	if answer.StatusCode != http.StatusSeeOther || !strings.HasPrefix(answer.Header.Get("Location"), "https://idp.example/") ||
		len(trip) != 1 || trip[0].Name != "__Host-slipway-trip" || !trip[0].HttpOnly || !trip[0].Secure {
		t.Fatalf("%s %v", answer.Status, answer.Header)
	}
	if answer := get("/session/callback?code=c&state=1", ""); answer.StatusCode != http.StatusForbidden {
		t.Errorf("without the cookie: %s", answer.Status)
	}
	answer = get("/session/callback?code=c&state=1&session_state=more", trip[0].Name+"="+trip[0].Value)
	names := map[string]*http.Cookie{}
	for _, c := range answer.Cookies() {
		names[c.Name] = c
	}
	if answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != "/tasks" || names["__Host-slipway"] == nil || names["__Host-slipway-trip"].MaxAge >= 0 ||
		answer.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%s %v", answer.Status, answer.Header)
	}
}

// The page learns who looks at it.
func TestPageKnowsItsVisitor(t *testing.T) {
	t.Parallel()
	s := people(t, func(o *api.Options) {
		o.Page = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte("for " + apitest.Actor(r.Context()).String()))
		})
	})
	for cookie, want := range map[string]string{"slipway=" + apitest.SessionValue: "for person:ada", "slipway=wrong": "for :", "": "for :"} {
		if _, text := s.ask(t, "GET", "/", "", "Authorization", "", "Cookie", cookie); text != want {
			t.Errorf("%q: %s", cookie, text)
		}
	}
}

// A stream does not outlive the session of who follows it.
func TestStreamsEndWithTheSession(t *testing.T) {
	t.Parallel()
	var over atomic.Bool
	s := start(t, func(o *api.Options) {
		o.Heartbeat = 5 * time.Millisecond
		o.Authenticate = func(context.Context, string) (access.Caller, error) {
			if over.Load() {
				return access.Caller{}, fault.New(fault.Denied, "not valid any more")
			}
			return access.PersonCaller("ada", "s1"), nil
		}
	})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/v1/watch?after=-1", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer x")
	answer, err := http.DefaultClient.Do(r)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatal(answer, err)
	}
	defer answer.Body.Close()
	over.Store(true)
	if _, err := io.ReadAll(answer.Body); err != nil { // it would go on for ever
		t.Error(err)
	}
}
