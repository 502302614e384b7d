package call

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// grant is an oauth2 or oidc policy.
type grant struct {
	Authority string
	Endpoints struct{ Token, Revocation, Introspection string }
	Grant     string
	Client    struct{ ID, Secret, Assertion, Authentication scalar }
	Request   struct{ Encoding string }
	Issuers   []string
	Scopes    []string
	Audiences []string
	Username  scalar
	Password  scalar
	Subject   *foreignToken
	Actor     *foreignToken
}

// foreignToken is a token of somebody else, for an exchange.
type foreignToken struct{ Token, Type scalar }

// Grants that need nobody in front of a screen.
const (
	clientCredentials = "client_credentials"
	passwordGrant     = "password"
	refreshGrant      = "refresh_token"
	exchangeGrant     = "urn:ietf:params:oauth:grant-type:token-exchange"
)

// issued is what a token endpoint gives.
type issued struct {
	Access  string `json:"access_token"`
	Type    string `json:"token_type"`
	ID      string `json:"id_token"`
	Expires scalar `json:"expires_in"`
}

// token gives the credentials of an oauth2 or oidc policy: a token that is still good, or a new one.
func (a *attempt) token(ctx context.Context, g *grant, discover bool) (*credentials, error) {
	authority, err := expand(g.Authority, a.Data)
	if err != nil {
		return nil, err
	}
	text, err := encodeJSON([]any{g, authority, discover})
	if err != nil {
		return nil, configuration("the authentication is no JSON")
	}
	sum := sha256.Sum256(text)
	key := hex.EncodeToString(sum[:])
	access, err := a.tokens.get(ctx, key, a.Now, func(ctx context.Context) (string, time.Duration, error) {
		own := &attempt{Caller: a.Caller, Request: a.Request} // it may outlive this one
		return own.fetchToken(ctx, g, authority, discover)
	})
	if err != nil {
		return nil, err
	}
	c := a.fixed("Bearer", access)
	c.forget = func() { a.tokens.drop(key, access) }
	return c, nil
}

// fetchToken asks the authority for a token, and says how long it is good.
func (a *attempt) fetchToken(ctx context.Context, g *grant, authority string, discover bool) (string, time.Duration, error) {
	endpoint, issuer, err := a.tokenEndpoint(ctx, g, authority, discover)
	if err != nil {
		return "", 0, err
	}
	o, err := a.tokenRequest(g, endpoint)
	if err != nil {
		return "", 0, err
	}
	got, err := a.send(ctx, o, maxToken)
	if err != nil {
		return "", 0, err
	}
	if !good(got.status, false) {
		return "", 0, noToken(o, got)
	}
	var t issued
	if json.Unmarshal(got.body, &t) != nil || t.Access == "" {
		return "", 0, authentication("%s gave no token", o.name())
	}
	if t.Type != "" && !strings.EqualFold(t.Type, "bearer") {
		return "", 0, authentication("%s gave a token of type %q; only bearer tokens can be used", o.name(), brief(t.Type))
	}
	if err := g.checkIssuer(issuer, t); err != nil {
		return "", 0, err
	}
	seconds, err := time.ParseDuration(string(t.Expires) + "s")
	if err != nil || seconds < 0 {
		seconds = 0 // not said: it is used once
	}
	return t.Access, seconds, nil
}

// tokenEndpoint says where tokens are had, and who issues them; an empty issuer is not known.
func (a *attempt) tokenEndpoint(ctx context.Context, g *grant, authority string, discover bool) (*url.URL, string, error) {
	if discover {
		return a.discover(ctx, authority)
	}
	path := g.Endpoints.Token
	if path == "" {
		path = "/oauth2/token"
	}
	path, err := expand(path, a.Data)
	if err != nil {
		return nil, "", err
	}
	if !strings.HasPrefix(path, "https://") && !strings.HasPrefix(path, "http://") {
		path = strings.TrimSuffix(authority, "/") + "/" + strings.TrimPrefix(path, "/")
	}
	u, err := parseURL(path)
	return u, "", err
}

// noToken says why a token endpoint has refused. Its text is not told: it may repeat what it was asked.
func noToken(o outgoing, got *answer) error {
	var why struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(got.body, &why)
	what := http.StatusText(got.status)
	if why.Error != "" {
		what = brief(why.Error)
	}
	switch {
	case got.status >= 500:
		return communication(got.status, "%s answered %d %s", o.name(), got.status, what)
	case got.status == http.StatusForbidden, why.Error == "unauthorized_client", why.Error == "access_denied", why.Error == "invalid_scope":
		return fail("authorization", 403, "%s gives no token: %s", o.name(), what)
	}
	return authentication("%s gives no token: %d %s", o.name(), got.status, what)
}
