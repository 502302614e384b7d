package identity

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"slipway.dev/internal/core/fault"
)

// idp is a real identity provider, as far as the code flow goes. What it would not do by
// itself, a test has it do.
type idp struct {
	*httptest.Server
	*testing.T
	key *ecdsa.PrivateKey
	iss bool // it names itself in its answers, and says so

	mu     sync.Mutex
	codes  map[string]url.Values // the request of each code
	claims func(map[string]any)
	sign   func(payload []byte) string
}

func newIDP(t *testing.T) *idp {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i := &idp{T: t, key: key, iss: true, codes: map[string]url.Values{}, claims: func(map[string]any) {}}
	i.sign = func(payload []byte) string { return i.signed(jose.ES256, i.key, payload) }
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		i.write(w, map[string]any{
			"issuer": i.URL, "authorization_endpoint": i.URL + "/auth", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"none", "HS256", "ES256"}, "authorization_response_iss_parameter_supported": i.iss,
		})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		i.write(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: i.key.Public(), KeyID: "k1", Algorithm: "ES256", Use: "sig"}}})
	})
	mux.HandleFunc("/token", i.token)
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

func (i *idp) write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func (i *idp) signed(alg jose.SignatureAlgorithm, key any, payload []byte) string {
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: jose.JSONWebKey{Key: key, KeyID: "k1"}}, nil)
	if err != nil {
		i.Error(err)
		return ""
	}
	o, err := s.Sign(payload)
	if err != nil {
		i.Error(err)
		return ""
	}
	text, _ := o.CompactSerialize()
	return text
}

// authorize is what the provider's own page does once somebody has signed in there.
func (i *idp) authorize(to string) url.Values {
	u, err := url.Parse(to)
	if err != nil || !strings.HasPrefix(to, i.URL+"/auth?") {
		i.Fatal(to, err)
	}
	q := u.Query()
	if q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" || q.Get("redirect_uri") != "http://localhost/session/callback" {
		i.Errorf("it is asked %v", q)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	code := rand.Text()
	i.codes[code] = q
	answer := url.Values{"code": {code}, "state": {q.Get("state")}}
	if i.iss {
		answer.Set("iss", i.URL)
	}
	return answer
}

// token gives an ID token for a code, once, to who knows the verifier of its challenge.
func (i *idp) token(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	q, ok := i.codes[r.PostFormValue("code")]
	delete(i.codes, r.PostFormValue("code"))
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	id, secret, _ := r.BasicAuth()
	if !ok || base64.RawURLEncoding.EncodeToString(sum[:]) != q.Get("code_challenge") || id != "slipway" || secret != "hush" {
		http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
		return
	}
	now := time.Now()
	claims := map[string]any{
		"iss": i.URL, "sub": "17", "aud": "slipway", "nonce": q.Get("nonce"), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
		"name": "Ada Lovelace", "preferred_username": "Ada", "email": "Ada@Example.org", "email_verified": true, "groups": []string{"sre"},
	}
	i.claims(claims)
	payload, _ := json.Marshal(claims)
	i.write(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": i.sign(payload)})
}

func (i *idp) provider() *Provider {
	p, err := NewProvider(ProviderOptions{Issuer: i.URL, ClientID: "slipway", Callback: "http://localhost/session/callback", Now: time.Now,
		Secret: func(context.Context) (string, error) { return "hush", nil }})
	if err != nil {
		i.Fatal(err)
	}
	return p
}

func TestProvider(t *testing.T) {
	t.Parallel()
	i := newIDP(t)
	p := i.provider()
	to, browser, err := p.Begin(t.Context(), "/tasks?mine=1")
	if err != nil {
		t.Fatal(err)
	}
	answer := i.authorize(to)
	c, err := p.Finish(t.Context(), answer, browser)
	if err != nil {
		t.Fatal(err)
	}
	if c.Subject != i.URL+"|17" || c.Email != "ada@example.org" || c.Name != "Ada" || (*c.Groups)[0] != "sre" || c.ReturnTo != "/tasks?mine=1" {
		t.Errorf("%+v", c)
	}
	if _, err := p.Finish(t.Context(), answer, browser); !fault.Is(err, fault.Denied) {
		t.Errorf("an answer counts twice: %v", err)
	}
	to, browser, _ = p.Begin(t.Context(), "https://evil.example/")
	if c, err = p.Finish(t.Context(), i.authorize(to), browser); err != nil || c.ReturnTo != "/" {
		t.Errorf("%+v %v", c, err)
	}
}

// Whatever is not as it must be is refused, and nobody is named.
func TestProviderIsNotFooled(t *testing.T) {
	t.Parallel()
	set := func(name string, value any) func(*idp) {
		return func(i *idp) { i.claims = func(c map[string]any) { c[name] = value } }
	}
	for what, c := range map[string]struct {
		prepare func(i *idp)
		answer  func(i *idp, v url.Values)
		ok      bool
	}{
		"as it must be": {ok: true},
		"alg none":      {prepare: func(i *idp) { i.sign = unsigned }},
		"a shared secret": {prepare: func(i *idp) {
			i.sign = func(b []byte) string { return i.signed(jose.HS256, []byte(strings.Repeat("hush", 8)), b) }
		}},
		"another's key":     {prepare: func(i *idp) { other := newIDP(t); i.sign = other.sign }},
		"another audience":  {prepare: set("aud", "somebody-else")},
		"several, no party": {prepare: set("aud", []string{"slipway", "other"})},
		"several, our party": {prepare: func(i *idp) {
			i.claims = func(c map[string]any) { c["aud"], c["azp"] = []string{"slipway", "other"}, "slipway" }
		}, ok: true},
		"another issuer":       {prepare: set("iss", "https://evil.example")},
		"another nonce":        {prepare: set("nonce", "old")},
		"no nonce":             {prepare: set("nonce", "")},
		"nobody":               {prepare: set("sub", "")},
		"expired":              {prepare: set("exp", time.Now().Add(-90*time.Second).Unix())},
		"their clock is slow":  {prepare: set("exp", time.Now().Add(-30*time.Second).Unix()), ok: true},
		"their clock is fast":  {prepare: set("iat", time.Now().Add(30*time.Second).Unix()), ok: true},
		"made in the future":   {prepare: set("iat", time.Now().Add(5*time.Minute).Unix())},
		"not before an hour":   {prepare: set("nbf", time.Now().Add(time.Hour).Unix())},
		"another's answer":     {answer: func(_ *idp, v url.Values) { v.Set("iss", "https://evil.example") }},
		"an answer of nobody":  {answer: func(_ *idp, v url.Values) { v.Del("iss") }},
		"none said, none told": {prepare: func(i *idp) { i.iss = false }, ok: true},
		"two issuers":          {answer: func(i *idp, v url.Values) { v["iss"] = []string{i.URL, "https://evil.example"} }},
		"another code":         {answer: func(_ *idp, v url.Values) { v.Set("code", "guess") }},
		"another state":        {answer: func(_ *idp, v url.Values) { v.Set("state", "guess") }},
		"a refusal":            {answer: func(_ *idp, v url.Values) { v.Set("error", "access_denied") }},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			i := newIDP(t)
			if c.prepare != nil {
				c.prepare(i)
			}
			p := i.provider()
			to, browser, err := p.Begin(t.Context(), "/")
			if err != nil {
				t.Fatal(err)
			}
			answer := i.authorize(to)
			if c.answer != nil {
				c.answer(i, answer)
			}
			claims, err := p.Finish(t.Context(), answer, browser)
			if c.ok != (err == nil) || (!c.ok && (!fault.Is(err, fault.Denied) || claims.Subject != "")) {
				t.Errorf("%+v, %v", claims, err)
			}
		})
	}
}

func unsigned(payload []byte) string {
	e := base64.RawURLEncoding
	return e.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + e.EncodeToString(payload) + "."
}

// A code that an attacker got at the provider does not sign a victim's browser in: it never
// began the way.
func TestAnotherBrowserIsNotSignedIn(t *testing.T) {
	t.Parallel()
	i := newIDP(t)
	p := i.provider()
	to, _, err := p.Begin(t.Context(), "/")
	if err != nil {
		t.Fatal(err)
	}
	_, victim, _ := p.Begin(t.Context(), "/")
	for _, browser := range []string{"", victim} {
		if _, err := p.Finish(t.Context(), i.authorize(to), browser); !fault.Is(err, fault.Denied) {
			t.Errorf("with %q: %v", browser, err)
		}
	}
}

// Mix-up: two providers, and the answer of one is brought to the other's way.
func TestMixUp(t *testing.T) {
	t.Parallel()
	honest, evil := newIDP(t), newIDP(t)
	p := honest.provider()
	to, browser, err := p.Begin(t.Context(), "/")
	if err != nil {
		t.Fatal(err)
	}
	answer := honest.authorize(to)
	answer.Set("iss", evil.URL)
	if _, err := p.Finish(t.Context(), answer, browser); !fault.Is(err, fault.Denied) {
		t.Error(err)
	}
}

func TestProviderMustBeSafe(t *testing.T) {
	t.Parallel()
	for _, o := range []ProviderOptions{
		{Issuer: "http://idp.example", ClientID: "x"}, {Issuer: "", ClientID: "x"}, {Issuer: "https://idp.example"}, {Issuer: "ftp://localhost", ClientID: "x"},
	} {
		if _, err := NewProvider(o); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	p, _ := NewProvider(ProviderOptions{Issuer: "http://127.0.0.1:1", ClientID: "x", Now: time.Now})
	if _, _, err := p.Begin(t.Context(), "/"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("it is away: %v", err)
	}
}
