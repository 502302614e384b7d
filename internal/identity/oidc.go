package identity

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"slipway.dev/internal/core/fault"
)

// Skew is how far the provider's clock may differ from ours.
const Skew = time.Minute

// ProviderOptions say which identity provider to ask, and who we are to it.
type ProviderOptions struct {
	Issuer   string // address, https; http only on this machine
	ClientID string
	Callback string // our address that it sends people back to
	// Secret gives the client's secret; nil, or an empty one: a public client.
	Secret func(ctx context.Context) (string, error)
	Now    func() time.Time
}

// Provider is an identity provider (OpenID Connect, code flow with PKCE). It is looked up
// when somebody first signs in, so that its outage stops nobody else.
type Provider struct {
	ProviderOptions
	http    *http.Client
	pending Pending[trip]

	mu    sync.Mutex
	found *oidc.Provider
}

// trip is a way to the provider and back.
type trip struct{ browser, nonce, verifier, back string }

// Claims are what the provider says of a person.
type Claims struct {
	Subject  string // "issuer|subject": who it is, for ever
	Name     string // what they would like to be called as an account
	Title    string
	Email    string // empty unless the provider has verified it
	Groups   *[]string
	ReturnTo string // path on our page
}

// NewProvider refuses an issuer that others could pretend to be.
func NewProvider(o ProviderOptions) (*Provider, error) {
	u, err := url.Parse(o.Issuer)
	if err != nil || u.Host == "" || (u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname()))) {
		return nil, fault.New(fault.Invalid, "the identity provider's address %q is not https", o.Issuer)
	}
	if o.ClientID == "" {
		return nil, fault.New(fault.Invalid, "the identity provider %s needs to know us", o.Issuer).WithHint("name us with --oidc-client")
	}
	return &Provider{ProviderOptions: o, http: &http.Client{Timeout: 15 * time.Second}}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// provider gives what the provider's discovery document says.
func (p *Provider) provider(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	// Its keys are fetched later, with the same client; not with the context of one request.
	ctx = oidc.ClientContext(context.WithoutCancel(ctx), p.http)
	found, err := oidc.NewProvider(ctx, p.Issuer)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "the identity provider %s does not answer as one", p.Issuer).Because(err)
	}
	p.found = found
	return found, nil
}

func (p *Provider) config(ctx context.Context, found *oidc.Provider) (oauth2.Config, error) {
	c := oauth2.Config{
		ClientID: p.ClientID, Endpoint: found.Endpoint(), RedirectURL: p.Callback,
		Scopes: []string{oidc.ScopeOpenID, "profile", "email", "groups"},
	}
	if p.Secret == nil {
		return c, nil
	}
	secret, err := p.Secret(ctx)
	c.ClientSecret = secret
	return c, err
}

// Begin gives the address to send a browser to, and a value that only this browser is to
// keep until it comes back. Back is where it goes on then; see LocalPath.
func (p *Provider) Begin(ctx context.Context, back string) (to, browser string, err error) {
	found, err := p.provider(ctx)
	if err != nil {
		return "", "", err
	}
	c, err := p.config(ctx, found)
	if err != nil {
		return "", "", err
	}
	t := trip{browser: rand.Text(), nonce: rand.Text(), verifier: oauth2.GenerateVerifier(), back: LocalPath(back)}
	state := p.pending.Put(t, p.Now())
	return c.AuthCodeURL(state, oidc.Nonce(t.nonce), oauth2.S256ChallengeOption(t.verifier)), t.browser, nil
}

// Finish checks what a browser brings back, and gives who it is. Browser is what Begin gave
// this browser to keep.
func (p *Provider) Finish(ctx context.Context, query url.Values, browser string) (Claims, error) {
	t, ok := p.pending.Take(query.Get("state"), p.Now())
	if !ok || !Same(Hash(t.browser), Hash(browser)) {
		return Claims{}, ErrFlow
	}
	found, err := p.provider(ctx)
	if err != nil {
		return Claims{}, err
	}
	if err := p.issued(found, query); err != nil {
		return Claims{}, errProvider.Because(err)
	}
	if refusal := query.Get("error"); refusal != "" {
		return Claims{}, errProvider.Because(errors.New("it answers " + clip(refusal)))
	}
	raw, err := p.redeem(ctx, found, query.Get("code"), t.verifier)
	if err != nil {
		return Claims{}, errProvider.Because(err)
	}
	claims, err := p.verify(ctx, found, raw, t.nonce)
	if err != nil {
		return Claims{}, errProvider.Because(err)
	}
	claims.ReturnTo = t.back
	return claims, nil
}

var errProvider = fault.New(fault.Denied, "the identity provider's answer is not valid").WithHint("begin again; if it stays so, its answer is in the log")

// issued holds an answer to the provider that was asked (RFC 9207), so that another one
// cannot have its codes taken for this one's.
func (p *Provider) issued(found *oidc.Provider, query url.Values) error {
	var says struct {
		Issuer bool `json:"authorization_response_iss_parameter_supported"`
	}
	if err := found.Claims(&says); err != nil {
		return err
	}
	if iss, given := query["iss"]; (given || says.Issuer) && (len(iss) != 1 || iss[0] != p.Issuer) {
		return errors.New("the answer is of another provider")
	}
	return nil
}

func (p *Provider) redeem(ctx context.Context, found *oidc.Provider, code, verifier string) (string, error) {
	c, err := p.config(ctx, found)
	if err != nil {
		return "", err
	}
	token, err := c.Exchange(oidc.ClientContext(ctx, p.http), code, oauth2.VerifierOption(verifier))
	if err != nil {
		return "", err
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return "", errors.New("it gives no ID token")
	}
	return raw, nil
}

// algorithms that a provider may sign with: none that knows a shared secret, and not "none".
var algorithms = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA}

func (p *Provider) verify(ctx context.Context, found *oidc.Provider, raw, nonce string) (Claims, error) {
	verifier := found.Verifier(&oidc.Config{
		ClientID: p.ClientID, SupportedSigningAlgs: algorithms, Now: func() time.Time { return p.Now().Add(-Skew) },
	})
	token, err := verifier.Verify(oidc.ClientContext(ctx, p.http), raw)
	if err != nil {
		return Claims{}, err
	}
	var c struct {
		Name     string    `json:"name"`
		User     string    `json:"preferred_username"`
		Email    string    `json:"email"`
		Verified bool      `json:"email_verified"`
		Groups   *[]string `json:"groups"`
		Party    string    `json:"azp"`
	}
	if err := token.Claims(&c); err != nil {
		return Claims{}, err
	}
	switch {
	case !Same(Hash(token.Nonce), Hash(nonce)):
		return Claims{}, errors.New("the nonce is another one")
	case token.Subject == "":
		return Claims{}, errors.New("it names nobody")
	case len(token.Audience) > 1 && c.Party != p.ClientID:
		return Claims{}, errors.New("the token is for another party")
	case token.IssuedAt.After(p.Now().Add(Skew)):
		return Claims{}, errors.New("it was made in the future: compare the clocks")
	}
	out := Claims{Subject: p.Issuer + "|" + token.Subject, Name: c.User, Title: clip(c.Name), Groups: c.Groups}
	if c.Verified {
		out.Email = strings.ToLower(c.Email)
	}
	return out, nil
}

// clip bounds text of others.
func clip(s string) string { return strings.ToValidUTF8(s[:min(len(s), 200)], "") }
