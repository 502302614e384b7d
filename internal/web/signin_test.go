package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"slipway.dev/internal/api/apitest"
)

// cookieOf gives the session that an answer sets; nil: none.
func cookieOf(resp *http.Response) *http.Cookie {
	for _, c := range resp.Cookies() {
		if strings.HasSuffix(c.Name, "slipway") {
			return c
		}
	}
	return nil
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	v := enter(t, newFake()).stranger()
	v.sees("/sign-in?return=/tasks", `name="password"`, `name="code"`, `value="/tasks"`, `data-passkey="get"`,
		`href="/session/provider?return=%2Ftasks"`, "Sign in with idp.example")
	form := url.Values{"name": {apitest.Name}, "password": {"wrong"}, "code": {apitest.Code}, "return": {"/tasks"}}
	resp, body := v.send(http.MethodPost, "/sign-in", form)
	if resp.StatusCode != http.StatusForbidden || cookieOf(resp) != nil {
		t.Errorf("a wrong password: %s, %v", resp.Status, cookieOf(resp))
	}
	has(t, body, "The name, the password or the code is wrong.", `value="ada"`, `value="/tasks"`)
	hasNot(t, body, "wrong\"")
	form.Set("password", apitest.Password)
	c := cookieOf(v.sends("/sign-in", "/tasks", form))
	if c == nil || c.Value != apitest.SessionValue || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
		t.Fatalf("the cookie: %v", c)
	}
	v.cookie = &http.Cookie{Name: c.Name, Value: c.Value}
	v.sees("/tasks", "Sign out")
}

// TestTheCookieIsThatOfTheAPI: by both names, the API knows a session that the page began.
func TestTheCookieIsThatOfTheAPI(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		f := newFake()
		v := visitor{t: t, server: site(t, f, func(o *Options) { o.Secure = secure })}
		c := cookieOf(v.sends("/sign-in", "/", url.Values{"name": {apitest.Name}, "password": {apitest.Password}, "code": {apitest.Code}}))
		if c == nil || c.Secure != secure || strings.HasPrefix(c.Name, "__Host-") != secure {
			t.Fatalf("secure %v: %v", secure, c)
		}
		v.cookie = &http.Cookie{Name: c.Name, Value: c.Value}
		if resp, body := v.get("/v1/session"); resp.StatusCode != http.StatusOK {
			t.Errorf("secure %v: the API: %s %s", secure, resp.Status, body)
		}
	}
}

// TestASessionThatWasPlantedIsWorthNothing: with a new sign-in the old session ends, and the
// browser's is another one.
func TestASessionThatWasPlantedIsWorthNothing(t *testing.T) {
	t.Parallel()
	f := newFake()
	v := enter(t, f)
	if c := cookieOf(v.sends("/sign-in", "/", url.Values{"name": {apitest.Name}, "password": {apitest.Password}, "code": {apitest.Code}})); c == nil {
		t.Fatal("no new session")
	}
	if len(f.asked) != 1 || f.asked[0] != "sign out ada" {
		t.Errorf("the session before goes on: %v", f.asked)
	}
	v.cookie = &http.Cookie{Name: "slipway", Value: "planted"}
	if c := cookieOf(v.sends("/sign-in", "/", url.Values{"name": {apitest.Name}, "password": {apitest.Password}, "code": {apitest.Code}})); c == nil || c.Value == "planted" {
		t.Errorf("the planted value stays: %v", c)
	}
}

func TestSignInByPasskey(t *testing.T) {
	t.Parallel()
	v := enter(t, newFake()).stranger()
	if c := cookieOf(v.sends("/sign-in/passkey", "/tasks", url.Values{"flow": {"f1"}, "response": {"{}"}, "return": {"/tasks"}})); c == nil {
		t.Error("no session")
	}
	resp, body := v.send(http.MethodPost, "/sign-in/passkey", url.Values{"flow": {"another"}, "response": {"{}"}})
	if resp.StatusCode != http.StatusForbidden || cookieOf(resp) != nil {
		t.Error(resp.Status)
	}
	has(t, body, "The sign-in was not begun here.")
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	f := newFake()
	v := enter(t, f)
	c := cookieOf(v.sends("/sign-out", "/sign-in", url.Values{}))
	if c == nil || c.Value != "" || c.MaxAge >= 0 {
		t.Errorf("the browser keeps its session: %v", c)
	}
	if len(f.asked) != 1 {
		t.Errorf("the session goes on: %v", f.asked)
	}
}

// TestSetUp follows a link whose secret no server sees before it stands in a form.
func TestSetUp(t *testing.T) {
	t.Parallel()
	v := enter(t, newFake()).stranger()
	v.sees("/setup", `data-setup`, `name="link"`, `autocomplete="off"`)
	resp, body := v.send(http.MethodPost, "/setup", url.Values{"link": {"swi.ada.old"}})
	if resp.StatusCode != http.StatusForbidden {
		t.Error(resp.Status)
	}
	has(t, body, "The link was used, or is too old.")
	hasNot(t, body, "swi.ada.old")
	_, body = v.send(http.MethodPost, "/setup", url.Values{"link": {"https://slipway.example/setup#" + apitest.Link}})
	has(t, body, "Your account is <b>ada</b>", `class="qr"`, "ABC234", `name="flow" value="e1"`)

	form := url.Values{"flow": {"e1"}, "name": {"ada"}, "secret": {"ABC234"}, "uri": {"otpauth://totp/x"}, "password": {"correct horse battery"}, "code": {"000000"}}
	resp, body = v.send(http.MethodPost, "/setup/finish", form)
	if resp.StatusCode != http.StatusBadRequest || cookieOf(resp) != nil {
		t.Error(resp.Status)
	}
	has(t, body, "The one-time code is wrong.", `class="qr"`, "ABC234", `name="flow" value="e1"`)
	hasNot(t, body, "correct horse")
	form.Set("code", apitest.Code)
	resp, body = v.send(http.MethodPost, "/setup/finish", form)
	if resp.StatusCode != http.StatusOK || cookieOf(resp) == nil {
		t.Errorf("%s, %v", resp.Status, cookieOf(resp))
	}
	has(t, body, "aaaa-bbbb-cccc", "shown only now")
}

// TestQRCode holds the path to the modules of the code: each dark one is in one run.
func TestQRCode(t *testing.T) {
	t.Parallel()
	c, err := qrCode("otpauth://totp/Slipway:ada?secret=ABC234")
	if err != nil {
		t.Fatal(err)
	}
	if c.Side < 21+2*margin || !strings.HasPrefix(c.Path, "M4 4h7v1h-7z") {
		t.Errorf("%d, %.40s", c.Side, c.Path)
	}
	if _, err := qrCode(strings.Repeat("a", 10_000)); err == nil {
		t.Error("what does not fit is drawn")
	}
}
