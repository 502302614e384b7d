package workflow

// authentication is a policy, or the name of one in use.authentications. Its nodes are
// remembered: only there is `use` a reference, and not in data that looks alike.
var authentication = checked(func(r *reader, n *node) {
	r.policies = append(r.policies, n)
	if n.get("use") != nil {
		object{what: "authentication", fields: fields{"use": name}}.check(r, n)
		return
	}
	policy.check(r, n)
})

// schemes are all ways to authenticate. Certificate is in the text of the specification and
// not in its schema.
var schemes = []string{"basic", "bearer", "digest", "oauth2", "oidc", "certificate"}

var policy = object{
	what: "authentication",
	one:  schemes,
	fields: fields{
		"basic":       scheme(object{what: "basic", fields: fields{"username": text, "password": text}, need: []string{"username", "password"}}),
		"bearer":      scheme(object{what: "bearer", fields: fields{"token": text}, need: []string{"token"}}),
		"digest":      scheme(object{what: "digest", fields: fields{"username": text, "password": text}, need: []string{"username", "password"}}),
		"oauth2":      scheme(oauth2("oauth2", fields{"endpoints": tokenEndpoints})),
		"oidc":        scheme(oauth2("oidc", nil)),
		"certificate": scheme(object{what: "certificate", fields: fields{"certificate": text, "key": text, "authority": text}, need: []string{"certificate", "key"}}),
	},
}

// scheme is how a policy is written, or the name of the secret that has its fields.
func scheme(inline object) shape {
	return checked(func(r *reader, n *node) {
		if n.get("use") == nil {
			inline.check(r, n)
			return
		}
		object{what: inline.what + " with a secret", fields: fields{"use": name}}.check(r, n)
		r.secretUses = append(r.secretUses, n)
	})
}

var (
	tokenEndpoints = object{what: "endpoints", fields: fields{"token": text, "revocation": text, "introspection": text}}
	token          = object{what: "a token", fields: fields{"token": text, "type": text}, need: []string{"token", "type"}}
	oauthClient    = object{what: "a client", fields: fields{
		"id": text, "secret": text, "assertion": text,
		"authentication": among("client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"),
	}}
)

// oauth2 is what OAuth2 and OpenID Connect have both.
func oauth2(what string, more fields) object {
	o := object{
		what: what,
		need: []string{"authority", "grant"},
		fields: fields{
			"authority": uri,
			"grant": among("authorization_code", "client_credentials", "password", "refresh_token",
				"urn:ietf:params:oauth:grant-type:token-exchange"),
			"client": oauthClient,
			"request": object{what: "a request", fields: fields{
				"encoding": among("application/x-www-form-urlencoded", "application/json"),
			}},
			"issuers": listOf(text), "scopes": listOf(text), "audiences": listOf(text),
			"username": text, "password": text, "subject": token, "actor": token,
		},
	}
	for name, s := range more {
		o.fields[name] = s
	}
	return o
}
