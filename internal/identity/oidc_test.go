package identity

import (
	"context"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/identity/identitytest"
)

func provider(i *identitytest.IDP) *Provider {
	p, err := NewProvider(ProviderOptions{Issuer: i.URL, ClientID: "slipway", Callback: "http://localhost/session/callback", Now: time.Now,
		Secret: func(context.Context) (string, error) { return "hush", nil }})
	if err != nil {
		i.Fatal(err)
	}
	return p
}

func TestProvider(t *testing.T) {
	t.Parallel()
	i := identitytest.NewIDP(t)
	p := provider(i)
	to, browser, err := p.Begin(t.Context(), "/tasks?mine=1")
	if err != nil {
		t.Fatal(err)
	}
	answer := i.Authorize(to)
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
	if c, err = p.Finish(t.Context(), i.Authorize(to), browser); err != nil || c.ReturnTo != "/" {
		t.Errorf("%+v %v", c, err)
	}
}

// Whatever is not as it must be is refused, and nobody is named.
func TestProviderIsNotFooled(t *testing.T) {
	t.Parallel()
	set := func(name string, value any) func(*identitytest.IDP) {
		return func(i *identitytest.IDP) { i.Claims = func(c map[string]any) { c[name] = value } }
	}
	for what, c := range map[string]struct {
		prepare func(i *identitytest.IDP)
		answer  func(i *identitytest.IDP, v url.Values)
		ok      bool
	}{
		"as it must be": {ok: true},
		"alg none":      {prepare: func(i *identitytest.IDP) { i.Sign = unsigned }},
		"a shared secret": {prepare: func(i *identitytest.IDP) {
			i.Sign = func(b []byte) string { return i.Signed(jose.HS256, []byte(strings.Repeat("hush", 8)), b) }
		}},
		"another's key":     {prepare: func(i *identitytest.IDP) { other := identitytest.NewIDP(t); i.Sign = other.Sign }},
		"another audience":  {prepare: set("aud", "somebody-else")},
		"several, no party": {prepare: set("aud", []string{"slipway", "other"})},
		"several, our party": {prepare: func(i *identitytest.IDP) {
			i.Claims = func(c map[string]any) { c["aud"], c["azp"] = []string{"slipway", "other"}, "slipway" }
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
		"another's answer":     {answer: func(_ *identitytest.IDP, v url.Values) { v.Set("iss", "https://evil.example") }},
		"an answer of nobody":  {answer: func(_ *identitytest.IDP, v url.Values) { v.Del("iss") }},
		"none said, none told": {prepare: func(i *identitytest.IDP) { i.Iss = false }, ok: true},
		"two issuers":          {answer: func(i *identitytest.IDP, v url.Values) { v["iss"] = []string{i.URL, "https://evil.example"} }},
		"another code":         {answer: func(_ *identitytest.IDP, v url.Values) { v.Set("code", "guess") }},
		"another state":        {answer: func(_ *identitytest.IDP, v url.Values) { v.Set("state", "guess") }},
		"a refusal":            {answer: func(_ *identitytest.IDP, v url.Values) { v.Set("error", "access_denied") }},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			i := identitytest.NewIDP(t)
			if c.prepare != nil {
				c.prepare(i)
			}
			p := provider(i)
			to, browser, err := p.Begin(t.Context(), "/")
			if err != nil {
				t.Fatal(err)
			}
			answer := i.Authorize(to)
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
	i := identitytest.NewIDP(t)
	p := provider(i)
	to, _, err := p.Begin(t.Context(), "/")
	if err != nil {
		t.Fatal(err)
	}
	_, victim, _ := p.Begin(t.Context(), "/")
	for _, browser := range []string{"", victim} {
		if _, err := p.Finish(t.Context(), i.Authorize(to), browser); !fault.Is(err, fault.Denied) {
			t.Errorf("with %q: %v", browser, err)
		}
	}
}

// Mix-up: two providers, and the answer of one is brought to the other's way.
func TestMixUp(t *testing.T) {
	t.Parallel()
	honest, evil := identitytest.NewIDP(t), identitytest.NewIDP(t)
	p := provider(honest)
	to, browser, err := p.Begin(t.Context(), "/")
	if err != nil {
		t.Fatal(err)
	}
	answer := honest.Authorize(to)
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
