package call_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"slipway.dev/internal/call"
)

const clientSecret = "a secret of thirty-two bytes, ok!"

// authority is a strict authorization server with a resource behind it.
type authority struct {
	*httptest.Server
	t  *testing.T
	mu sync.Mutex
	// asked has the forms of token requests, tokens those that are good.
	asked   []url.Values
	tokens  map[string]bool
	expires int
	issuer  string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, tokens: map[string]bool{}, expires: 3600}
	a.Server = serve(t, a.serve)
	return a
}

func (a *authority) serve(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case "/realm/.well-known/openid-configuration":
		fmt.Fprintf(w, `{"issuer":%q,"token_endpoint":%q}`, a.URL+"/realm", a.URL+"/realm/token")
	case "/liar/.well-known/openid-configuration":
		fmt.Fprintf(w, `{"issuer":%q,"token_endpoint":%q}`, a.URL+"/realm", a.URL+"/realm/token")
	case "/oauth2/token", "/realm/oauth2/token", "/realm/token", "/mine":
		a.token(w, r)
	case "/resource":
		token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !a.tokens[token] {
			w.WriteHeader(http.StatusUnauthorized)
		}
		fmt.Fprintf(w, `{"token":%q}`, token)
	default:
		http.NotFound(w, r)
	}
}

func (a *authority) token(w http.ResponseWriter, r *http.Request) {
	form, ok := a.read(r)
	if !ok || !a.identified(r, form) {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"error":"invalid_client"}`)
		return
	}
	fine := map[string]bool{
		"client_credentials": true,
		"password":           form.Get("username") == "u" && form.Get("password") == "p",
		"refresh_token":      form.Get("refresh_token") == "old",
		"urn:ietf:params:oauth:grant-type:token-exchange": form.Get("subject_token") == "s" &&
			form.Get("subject_token_type") == "urn:ietf:params:oauth:token-type:jwt",
	}[form.Get("grant_type")]
	if !fine {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"error":"invalid_grant","error_description":%q}`, "no good: "+form.Encode())
		return
	}
	if form.Get("scope") == "forbidden" {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":"invalid_scope"}`)
		return
	}
	a.asked = append(a.asked, form)
	claims := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"iss":%q}`, a.issuer))
	token := fmt.Sprintf("head.%s.token-%d", claims, len(a.asked))
	a.tokens[token] = true
	fmt.Fprintf(w, `{"access_token":%q,"token_type":"bearer","expires_in":%d}`, token, a.expires)
}

func (a *authority) read(r *http.Request) (url.Values, bool) {
	switch r.Header.Get("Content-Type") {
	case "application/x-www-form-urlencoded":
		err := r.ParseForm()
		return r.PostForm, err == nil
	case "application/json":
		var object map[string]string
		err := json.NewDecoder(r.Body).Decode(&object)
		form := url.Values{}
		for k, v := range object {
			form.Set(k, v)
		}
		return form, err == nil
	}
	return nil, false
}

// identified says whether the client is who it says, in one of the ways.
func (a *authority) identified(r *http.Request, form url.Values) bool {
	if user, password, ok := r.BasicAuth(); ok {
		user, _ = url.QueryUnescape(user)
		password, _ = url.QueryUnescape(password)
		return user == "me" && password == clientSecret
	}
	if form.Get("client_id") != "me" {
		return false
	}
	if assertion := form.Get("client_assertion"); assertion != "" {
		if form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
			return false
		}
		token, err := jwt.ParseSigned(assertion, []jose.SignatureAlgorithm{jose.HS256})
		var claims jwt.Claims
		return err == nil && token.Claims([]byte(clientSecret), &claims) == nil && claims.ID != "" &&
			claims.Validate(jwt.Expected{Issuer: "me", Subject: "me", AnyAudience: jwt.Audience{a.URL + r.URL.Path}, Time: time.Now()}) == nil
	}
	return form.Get("client_secret") == clientSecret || !form.Has("client_secret") && form.Get("scope") == "public"
}

// ask calls the resource with a policy.
func (a *authority) ask(c *call.Caller, policy string) call.Reply {
	a.t.Helper()
	policy = strings.NewReplacer(`"URL`, `"`+a.URL, `"SECRET"`, `"`+clientSecret+`"`).Replace(policy)
	return do(a.t, c, "http", fmt.Sprintf(`{"method":"get","endpoint":{"uri":"%s/resource","authentication":%s}}`, a.URL, policy))
}

func TestOAuth2(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, policy, form string }{
		{"credentials", `{"oauth2":{"authority":"URL/realm","grant":"client_credentials","client":{"id":"me","secret":"SECRET"},"scopes":["a","b"],"audiences":["x","y"]}}`,
			"audience=x&audience=y&client_id=me&client_secret=SECRET&grant_type=client_credentials&scope=a+b"},
		{"basic", `{"oauth2":{"authority":"URL/","grant":"client_credentials","client":{"id":"me","secret":"SECRET","authentication":"client_secret_basic"}}}`, "grant_type=client_credentials"},
		{"json", `{"oauth2":{"authority":"URL","grant":"client_credentials","client":{"id":"me","secret":"SECRET"},"request":{"encoding":"application/json"},"scopes":["a","b"]}}`,
			"client_id=me&client_secret=SECRET&grant_type=client_credentials&scope=a+b"},
		{"none", `{"oauth2":{"authority":"URL","grant":"client_credentials","client":{"id":"me","authentication":"none"},"scopes":["public"]}}`,
			"client_id=me&grant_type=client_credentials&scope=public"},
		{"password", `{"oauth2":{"authority":"URL","endpoints":{"token":"/mine"},"grant":"password","username":"u","password":"p","client":{"id":"me","secret":"SECRET"}}}`,
			"client_id=me&client_secret=SECRET&grant_type=password&password=p&username=u"},
		{"refresh", `{"oauth2":{"authority":"URL","grant":"refresh_token","subject":{"token":"old","type":"refresh_token"},"client":{"id":"me","secret":"SECRET"}}}`,
			"client_id=me&client_secret=SECRET&grant_type=refresh_token&refresh_token=old"},
		{"exchange", `{"oauth2":{"authority":"URL","grant":"urn:ietf:params:oauth:grant-type:token-exchange","subject":{"token":"s","type":"jwt"},"actor":{"token":"t","type":"urn:x"},"client":{"id":"me","secret":"SECRET"}}}`,
			"actor_token=t&actor_token_type=urn%3Ax&client_id=me&client_secret=SECRET&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&subject_token=s&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt"},
		{"discovered", `{"oidc":{"authority":"URL/realm","grant":"client_credentials","client":{"id":"me","secret":"SECRET"}}}`, "client_id=me&client_secret=SECRET&grant_type=client_credentials"},
		{"discovered by document", `{"oidc":{"authority":"URL/realm/.well-known/openid-configuration","grant":"client_credentials","client":{"id":"me","secret":"SECRET"}}}`,
			"client_id=me&client_secret=SECRET&grant_type=client_credentials"},
	} {
		a := newAuthority(t)
		r := a.ask(local(t), test.policy)
		if got := says(t, r); got != `{"token":"***"}` {
			t.Errorf("%s: got %s", test.name, got)
			continue
		}
		if got, want := a.asked[0].Encode(), strings.ReplaceAll(test.form, "SECRET", url.QueryEscape(clientSecret)); got != want {
			t.Errorf("%s: asked with %s, want %s", test.name, got, want)
		}
	}
	a := newAuthority(t)
	says(t, a.ask(local(t), `{"oauth2":{"authority":"URL","grant":"client_credentials","client":{"id":"me","secret":"SECRET","authentication":"client_secret_jwt"}}}`))
	if a.asked[0].Get("client_secret") != "" {
		t.Error("the secret was sent along with what it signed")
	}
	signed := a.asked[0].Get("client_assertion")
	says(t, a.ask(local(t), `{"oauth2":{"authority":"URL","grant":"client_credentials","client":{"id":"me","assertion":"`+signed+`","authentication":"private_key_jwt"}}}`))
	if len(a.asked) != 2 || a.asked[1].Get("client_assertion") != signed {
		t.Errorf("asked %v", a.asked)
	}
}

// TestOAuth2Refused: no token, no call.
func TestOAuth2Refused(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	a.issuer = "https://issuer.example"
	c := local(t)
	const client = `"client":{"id":"me","secret":"SECRET"}`
	for _, test := range []struct {
		policy, kind string
		status       int
		text         string
	}{
		{`{"oauth2":{"authority":"URL","grant":"authorization_code",` + client + `}}`, "configuration", 400, "a person in a browser"},
		{`{"oauth2":{"authority":"URL","grant":"magic",` + client + `}}`, "configuration", 400, `"magic"`},
		{`{"oauth2":{"authority":"URL","grant":"client_credentials"}}`, "configuration", 400, "client.id"},
		{`{"oauth2":{"authority":"URL","grant":"refresh_token",` + client + `}}`, "configuration", 400, "subject.token"},
		{`{"oauth2":{"authority":"URL","grant":"client_credentials","client":{"id":"me","secret":"short","authentication":"client_secret_jwt"}}}`, "configuration", 400, "32 bytes"},
		{`{"oauth2":{"authority":"URL","grant":"client_credentials","client":{"id":"me","secret":"wrong one"}}}`, "authentication", 401, "invalid_client"},
		{`{"oauth2":{"authority":"URL","grant":"password","username":"u","password":"wrong one",` + client + `}}`, "authentication", 401, "invalid_grant"},
		{`{"oauth2":{"authority":"URL","grant":"client_credentials","scopes":["forbidden"],` + client + `}}`, "authorization", 403, "invalid_scope"},
		{`{"oauth2":{"authority":"URL","grant":"client_credentials","issuers":["https://other.example"],` + client + `}}`, "authentication", 401, "issuer.example"},
		{`{"oauth2":{"authority":"URL/nowhere","grant":"client_credentials",` + client + `}}`, "authentication", 401, "404"},
		{`{"oidc":{"authority":"URL/liar","grant":"client_credentials",` + client + `}}`, "authentication", 401, "another provider"},
		{`{"oauth2":{"authority":"http://169.254.169.254","grant":"client_credentials",` + client + `}}`, "authorization", 403, "link-local"},
	} {
		r := a.ask(c, test.policy)
		fails(t, r, test.kind, test.status, test.text)
		if r.Problem != nil && (strings.Contains(r.Problem.Detail, "wrong one") || strings.Contains(r.Problem.Detail, clientSecret)) {
			t.Errorf("%s tells the secret", r.Problem.Detail)
		}
	}
	says(t, a.ask(c, `{"oauth2":{"authority":"URL","grant":"client_credentials","issuers":["https://issuer.example"],`+client+`}}`))
}

// TestTokensAreKept until they end, for each policy its own, and not after a service has refused one.
func TestTokensAreKept(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	var mu sync.Mutex
	now := time.Now()
	c := local(t, func(o *call.Options) {
		o.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	})
	const policy = `{"oauth2":{"authority":"URL","grant":"client_credentials","client":{"id":"me","secret":"SECRET"},"scopes":[%q]}}`
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { says(t, a.ask(c, fmt.Sprintf(policy, "a"))) })
	}
	all.Wait()
	count := func(what string, want int) {
		t.Helper()
		a.mu.Lock()
		defer a.mu.Unlock()
		if len(a.asked) != want {
			t.Errorf("%s: %d tokens were fetched, want %d", what, len(a.asked), want)
		}
	}
	count("same policy", 1)
	says(t, a.ask(c, fmt.Sprintf(policy, "b")))
	count("other policy", 2)
	mu.Lock()
	now = now.Add(time.Hour - 20*time.Second)
	mu.Unlock()
	says(t, a.ask(c, fmt.Sprintf(policy, "a")))
	count("near its end", 3)
	a.mu.Lock()
	clear(a.tokens)
	a.mu.Unlock()
	fails(t, a.ask(c, fmt.Sprintf(policy, "a")), "communication", 401, "")
	says(t, a.ask(c, fmt.Sprintf(policy, "a")))
	count("refused", 4)
}
