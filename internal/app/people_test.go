package app_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base32"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"slipway.dev/client"
	"slipway.dev/client/model"
	"slipway.dev/internal/app"
	"slipway.dev/internal/identity"
	"slipway.dev/internal/identity/identitytest"
)

var setupLink = regexp.MustCompile(`set up +(\S+)/setup#(\S+)`)

// TestFirstStart: the link that the first start prints makes an administrator, and no other
// start prints one then. What the private socket may is not what a person may.
func TestFirstStart(t *testing.T) {
	t.Parallel()
	data := dataDir(t)
	u := start(t, data).says("Ctrl-C stops it")
	link := setupLink.FindStringSubmatch(u.out.String())
	if link == nil || !strings.HasPrefix(link[1], "http://localhost:") {
		t.Fatalf("it prints no link: %s", u.out.String())
	}
	e, err := u.BeginEnroll(t.Context(), model.EnrollRequest{Link: link[2], Name: "ada"})
	must(t, err)
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(e.Secret)
	must(t, err)
	signed, err := u.FinishEnroll(t.Context(), model.EnrollDone{Flow: e.Flow, Password: "correct horse battery", Code: identity.CodeAt(key, time.Now())})
	must(t, err)
	for _, o := range []client.Options{{Socket: filepath.Join(data, "api.sock"), Token: signed.Value}, {URL: strings.TrimRight(u.page(), "/"), Token: signed.Value}} {
		ada, err := client.New(o)
		must(t, err)
		who, err := ada.Whoami(t.Context())
		must(t, err)
		if who.Actor != "person:ada" || len(who.Roles) != 2 {
			t.Errorf("%+v", who)
		}
		_, err = ada.SetUp(t.Context())
		if client.CodeOf(err) != "denied" {
			t.Errorf("a person makes set-up links: %v", err)
		}
	}
	who, err := u.Whoami(t.Context())
	must(t, err)
	if !strings.HasPrefix(who.Actor, "host:") || strings.Contains(strings.Join(who.Operations, " "), "approve") {
		t.Errorf("%+v", who)
	}
	u.end()
	again := start(t, data).says("Ctrl-C stops it")
	if setupLink.MatchString(again.out.String()) {
		t.Error("it offers to be set up once more")
	}
	if _, err := again.BeginEnroll(t.Context(), model.EnrollRequest{Link: link[2], Name: "eve"}); client.CodeOf(err) != "denied" {
		t.Errorf("the link counts twice: %v", err)
	}
	me, err := client.New(client.Options{Socket: filepath.Join(data, "api.sock"), Token: signed.Value})
	must(t, err)
	if _, err := me.Whoami(t.Context()); err != nil {
		t.Errorf("the session did not outlive the restart: %v", err)
	}
}

// TestPageWithTLS: API and page speak TLS, and nothing else.
func TestPageWithTLS(t *testing.T) {
	t.Parallel()
	data := dataDir(t)
	u := start(t, data, func(o *app.Options) { o.PageTLS.Local = true }).says("Ctrl-C stops it")
	s, err := u.System(t.Context())
	must(t, err)
	if !strings.HasPrefix(s.Page, "https://localhost:") {
		t.Fatal(s.Page)
	}
	ca, err := os.ReadFile(filepath.Join(data, "page", "authority", "ca.pem"))
	must(t, err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	answer, err := c.Get(s.Page + "v1/session/ways")
	must(t, err)
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK || answer.TLS.Version < tls.VersionTLS12 {
		t.Errorf("%s %x", answer.Status, answer.TLS.Version)
	}
	if status, _ := get(t, strings.Replace(s.Page, "https:", "http:", 1)+"v1/session/ways"); status == http.StatusOK {
		t.Error("it also answers without TLS")
	}
	answer, err = c.Post(s.Page+"v1/session", "application/json", strings.NewReader(`{"name":"ada","password":"x","code":"1"}`))
	must(t, err)
	answer.Body.Close()
	if answer.StatusCode != http.StatusForbidden {
		t.Errorf("somebody signs in: %s", answer.Status)
	}
}

// TestProvider goes the whole way to an identity provider and back, as a browser does.
func TestProvider(t *testing.T) {
	t.Parallel()
	idp := identitytest.NewIDP(t)
	u := start(t, dataDir(t), func(o *app.Options) {
		o.OIDC = app.OIDC{Issuer: idp.URL, Client: "slipway", Secret: "provider-key"}
	}).says("Ctrl-C stops it")
	_, err := u.SetSecret(t.Context(), "provider-key", []byte("hush\n"))
	must(t, err)
	jar, err := cookiejar.New(nil)
	must(t, err)
	browser := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	visit := func(address string) *http.Response {
		t.Helper()
		answer, err := browser.Get(address)
		must(t, err)
		answer.Body.Close()
		return answer
	}
	there := visit(u.page() + "session/provider?return=/tasks").Header.Get("Location")
	back := visit(u.page() + "session/callback?" + idp.Authorize(there).Encode())
	if back.StatusCode != http.StatusSeeOther || back.Header.Get("Location") != "/tasks" {
		t.Fatalf("%s %v", back.Status, back.Header)
	}
	if me := visit(u.page() + "v1/session"); me.StatusCode != http.StatusOK {
		t.Errorf("it is not signed in: %s", me.Status)
	}
	user, err := u.User(t.Context(), "ada")
	if err != nil || !user.Provider || len(user.Roles) != 0 || user.Groups[0] != "sre" {
		t.Errorf("%+v %v", user, err)
	}
	if lanes := visit(u.page() + "v1/lanes"); lanes.StatusCode != http.StatusForbidden {
		t.Errorf("without a role it reads: %s", lanes.Status)
	}
}
