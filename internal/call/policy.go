package call

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"

	"github.com/icholy/digest"
)

// policy is an authentication policy of the specification: one of these.
type policy struct {
	Use         string
	Basic       *person
	Bearer      *bearer
	Digest      *person
	OAuth2      *grant
	OIDC        *grant
	Certificate *certificate
}

type person struct{ Username, Password scalar }

type bearer struct{ Token scalar }

// certificate has the fields of a TLS secret: the specification knows the scheme and says
// nothing of its fields. All are PEM.
type certificate struct {
	Certificate scalar // with the chain up to the authority
	Key         scalar
	Authority   scalar // whose certificates of servers are trusted; empty: those the caller trusts
}

// opened gives the fields of a scheme. One that uses a secret has its value in their place: an
// object as text.
func opened(b []byte) []byte {
	var secret string
	if json.Unmarshal(b, &secret) == nil && json.Valid([]byte(secret)) {
		return []byte(secret)
	}
	return b
}

// UnmarshalJSON takes the fields, or a secret that has them.
func (p *person) UnmarshalJSON(b []byte) error {
	type fields person
	return json.Unmarshal(opened(b), (*fields)(p))
}

// UnmarshalJSON takes the fields, a secret that has them, or one that is the token.
func (t *bearer) UnmarshalJSON(b []byte) error {
	type fields bearer
	if inner := opened(b); len(inner) > 0 && inner[0] == '{' {
		return json.Unmarshal(inner, (*fields)(t))
	}
	return json.Unmarshal(b, &t.Token)
}

// UnmarshalJSON takes the fields, or a secret that has them.
func (g *grant) UnmarshalJSON(b []byte) error {
	type fields grant
	return json.Unmarshal(opened(b), (*fields)(g))
}

// UnmarshalJSON takes the fields, or a secret that has them.
func (c *certificate) UnmarshalJSON(b []byte) error {
	type fields certificate
	return json.Unmarshal(opened(b), (*fields)(c))
}

// credentials are what a policy gives to put into requests. A nil one is none.
type credentials struct {
	header      string // Authorization, where it is known beforehand
	digest      *person
	certificate *tls.Certificate
	roots       *x509.CertPool
	forget      func() // drops a token that a service has refused
}

func (c *credentials) authorization() string {
	if c == nil {
		return ""
	}
	return c.header
}

func (c *credentials) digests() bool   { return c != nil && c.digest != nil }
func (c *credentials) certified() bool { return c != nil && c.certificate != nil }

// refused hears that a service has answered with a status: a token that it does not take is
// not used again.
func (c *credentials) refused(status int) {
	if c != nil && c.forget != nil && status == http.StatusUnauthorized {
		c.forget()
	}
}

// credentials makes what a policy says; nil: none.
func (a *attempt) credentials(ctx context.Context, said any) (*credentials, error) {
	p, err := policyOf(said)
	if err != nil || p == nil {
		return nil, err
	}
	switch {
	case p.Use != "":
		return nil, configuration("the authentication %q is not among those that the workflow defines", brief(p.Use))
	case p.Basic != nil && p.Basic.Username != "":
		return a.basic(string(p.Basic.Username), string(p.Basic.Password)), nil
	case p.Bearer != nil && p.Bearer.Token != "":
		return a.fixed("Bearer", string(p.Bearer.Token)), nil
	case p.Digest != nil && p.Digest.Username != "":
		return &credentials{digest: p.Digest}, nil
	case p.OAuth2 != nil:
		return a.token(ctx, p.OAuth2, false)
	case p.OIDC != nil:
		return a.token(ctx, p.OIDC, true)
	case p.Certificate != nil:
		return p.Certificate.load()
	}
	return nil, authentication("the authentication has no credentials: its user name or token is empty, or it is of no known kind (basic, bearer, digest, oauth2, oidc, certificate)")
}

// policyOf reads a policy; nil: there is none. Fields that are not known stay unread, as a
// secret may have more of them.
func policyOf(said any) (*policy, error) {
	switch p := said.(type) {
	case nil:
		return nil, nil
	case *policy:
		return p, nil
	}
	text, err := encodeJSON(said)
	if err != nil {
		return nil, configuration("the authentication is no JSON")
	}
	var p *policy
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&p); err != nil {
		return nil, misfit("authentication", err)
	}
	return p, nil
}

// fixed is for schemes whose header is known beforehand.
func (a *attempt) fixed(scheme, credential string) *credentials {
	a.hide(credential)
	return &credentials{header: scheme + " " + credential}
}

func (a *attempt) basic(name, password string) *credentials {
	return a.fixed("Basic", base64.StdEncoding.EncodeToString([]byte(name+":"+password)))
}

// answer computes the answer to a digest challenge (RFC 7616).
func (c *credentials) answer(h http.Header, o outgoing) (string, error) {
	challenge, err := digest.FindChallenge(h)
	if err != nil {
		return "", authentication("%s wants credentials, but offers no digest authentication that is known here", o.name())
	}
	answer, err := digest.Digest(challenge, digest.Options{
		Method: o.method, URI: o.url.RequestURI(), GetBody: bodyOf(o.body), Count: 1,
		Username: string(c.digest.Username), Password: string(c.digest.Password),
	})
	if err != nil {
		return "", authentication("the challenge of %s cannot be answered: %s", o.name(), brief(err.Error()))
	}
	return answer.String(), nil
}

// load reads the certificate and its key.
func (c *certificate) load() (*credentials, error) {
	pair, err := tls.X509KeyPair([]byte(c.Certificate), []byte(c.Key))
	if err != nil {
		return nil, authentication("the certificate and its key are no pair of PEM texts")
	}
	out := &credentials{certificate: &pair}
	if c.Authority != "" {
		out.roots = x509.NewCertPool()
		if !out.roots.AppendCertsFromPEM([]byte(c.Authority)) {
			return nil, authentication("the certificate's authority is no PEM text")
		}
	}
	return out, nil
}
