package call

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// jwtBearer is the type of a client's assertion (RFC 7523).
const jwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" //nolint:gosec // a name of the standard, no credential

// tokenRequest makes the request for a token.
func (a *attempt) tokenRequest(g *grant, endpoint *url.URL) (outgoing, error) {
	o := outgoing{method: http.MethodPost, url: endpoint, shown: endpoint.Scheme + "://" + endpoint.Host + endpoint.Path, header: http.Header{}}
	o.header.Set("Accept", "application/json")
	form, err := g.form()
	if err != nil {
		return o, err
	}
	if err := a.identify(g, form, &o); err != nil {
		return o, err
	}
	switch encoding := g.Request.Encoding; encoding {
	case "", formType:
		o.header.Set("Content-Type", formType)
		o.body = []byte(form.Encode())
	case "application/json":
		object := map[string]string{}
		for name, values := range form {
			object[name] = strings.Join(values, " ")
		}
		o.header.Set("Content-Type", encoding)
		o.body, err = encodeJSON(object)
	default:
		return o, configuration("oauth2.request.encoding is %s or application/json, not %q", formType, brief(encoding))
	}
	return o, err
}

// form gives what the grant asks with, without who asks.
func (g *grant) form() (url.Values, error) {
	form := url.Values{"grant_type": {g.Grant}}
	if len(g.Scopes) > 0 {
		form.Set("scope", strings.Join(g.Scopes, " "))
	}
	for _, audience := range g.Audiences {
		form.Add("audience", audience)
	}
	switch g.Grant {
	case clientCredentials:
	case passwordGrant:
		form.Set("username", string(g.Username))
		form.Set("password", string(g.Password))
	case refreshGrant:
		if g.Subject == nil || g.Subject.Token == "" {
			return nil, configuration("the grant refresh_token has its token in subject.token")
		}
		form.Set("refresh_token", string(g.Subject.Token))
	case exchangeGrant:
		return form, g.exchange(form)
	case "authorization_code":
		return nil, configuration("the grant authorization_code needs a person in a browser, whom a workflow has not: use client_credentials, refresh_token or token-exchange")
	default:
		return nil, configuration("there is no grant %q", brief(g.Grant))
	}
	return form, nil
}

// exchange is for token exchange (RFC 8693).
func (g *grant) exchange(form url.Values) error {
	if g.Subject == nil || g.Subject.Token == "" {
		return configuration("the exchange of a token has it in subject.token, and its type in subject.type")
	}
	form.Set("subject_token", string(g.Subject.Token))
	form.Set("subject_token_type", tokenType(g.Subject.Type))
	if g.Actor != nil {
		form.Set("actor_token", string(g.Actor.Token))
		form.Set("actor_token_type", tokenType(g.Actor.Type))
	}
	return nil
}

// tokenType gives the type's URN; short names are taken for it.
func tokenType(t scalar) string {
	switch {
	case t == "":
		return "urn:ietf:params:oauth:token-type:access_token"
	case strings.Contains(string(t), ":"):
		return string(t)
	}
	return "urn:ietf:params:oauth:token-type:" + string(t)
}

// identify says who asks for a token, in the way that the policy wants.
func (a *attempt) identify(g *grant, form url.Values, o *outgoing) error {
	c := g.Client
	if c.Authentication != "none" && c.ID == "" {
		return configuration("oauth2.client.id is missing")
	}
	switch c.Authentication {
	case "client_secret_basic":
		// RFC 6749, 2.3.1: both are encoded as in a form before they are joined.
		o.auth = a.basic(url.QueryEscape(string(c.ID)), url.QueryEscape(string(c.Secret)))
	case "", "client_secret_post":
		form.Set("client_id", string(c.ID))
		if c.Secret != "" {
			form.Set("client_secret", string(c.Secret))
		}
	case "client_secret_jwt":
		signed, err := a.assertion(g, o.url)
		if err != nil {
			return err
		}
		form.Set("client_id", string(c.ID))
		form.Set("client_assertion_type", jwtBearer)
		form.Set("client_assertion", signed)
	case "private_key_jwt":
		if c.Assertion == "" {
			return configuration("oauth2.client.assertion is missing: private_key_jwt wants a signed assertion there")
		}
		form.Set("client_id", string(c.ID))
		form.Set("client_assertion_type", jwtBearer)
		form.Set("client_assertion", string(c.Assertion))
	case "none":
		if c.ID != "" {
			form.Set("client_id", string(c.ID))
		}
	default:
		return configuration("there is no client authentication %q", brief(string(c.Authentication)))
	}
	return nil
}

// assertion signs that it is the client, with its secret (RFC 7523). It is good for a minute.
func (a *attempt) assertion(g *grant, endpoint *url.URL) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: []byte(g.Client.Secret)}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil || len(g.Client.Secret) < 32 {
		return "", configuration("oauth2.client.secret cannot sign: HS256 wants at least 32 bytes")
	}
	now, id := a.Now(), string(g.Client.ID)
	signed, err := jwt.Signed(signer).Claims(jwt.Claims{
		Issuer: id, Subject: id, Audience: jwt.Audience{endpoint.String()}, ID: rand.Text(),
		IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(time.Minute)),
	}).Serialize()
	if err != nil {
		return "", configuration("oauth2.client.secret cannot sign: %s", brief(err.Error()))
	}
	a.hide(signed)
	return signed, nil
}
