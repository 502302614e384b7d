package call

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

const wellKnown = "/.well-known/openid-configuration"

// discover finds an OpenID provider's token endpoint. Authority may already be the address of
// the provider's description, as the specification's example has it.
func (a *attempt) discover(ctx context.Context, authority string) (*url.URL, string, error) {
	issuer := strings.TrimSuffix(strings.TrimSuffix(authority, wellKnown), "/")
	u, err := parseURL(issuer + wellKnown)
	if err != nil {
		return nil, "", err
	}
	text, err := a.document(ctx, source{url: u, shown: u.Scheme + "://" + u.Host + u.Path})
	if err != nil {
		return nil, "", err
	}
	var said struct {
		Issuer string `json:"issuer"`
		Token  string `json:"token_endpoint"`
	}
	if json.Unmarshal(text.body, &said) != nil || said.Token == "" {
		return nil, "", authentication("%s does not describe an OpenID provider", u.Host)
	}
	if strings.TrimSuffix(said.Issuer, "/") != issuer {
		return nil, "", authentication("%s describes another provider than the one that was asked for", u.Host)
	}
	endpoint, err := parseURL(said.Token)
	if err != nil {
		return nil, "", err
	}
	if u.Scheme == "https" && endpoint.Scheme != "https" {
		return nil, "", authentication("the token endpoint of %s is not https", u.Host)
	}
	return endpoint, said.Issuer, nil
}

// checkIssuer holds a token's issuer against those that the policy allows. The token came from the
// authority itself, over a connection that proves it, so that its signature needs no look. A token whose issuer cannot
// be told is refused where issuers are said.
func (g *grant) checkIssuer(provider string, t issued) error {
	if len(g.Issuers) == 0 {
		return nil
	}
	issuer := provider
	for _, token := range []string{t.Access, t.ID} {
		if said := issuerOf(token); said != "" {
			issuer = said
			break
		}
	}
	switch {
	case issuer == "":
		return authentication("who issued the token cannot be told, and the policy says who may")
	case !slices.Contains(g.Issuers, issuer):
		return authentication("the token was issued by %q, who is not among the policy's issuers", brief(issuer))
	}
	return nil
}

// issuerOf reads the issuer of a JWT; empty: it is none, or names nobody.
func issuerOf(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var claims struct {
		Issuer string `json:"iss"`
	}
	_ = json.Unmarshal(text, &claims)
	return claims.Issuer
}
