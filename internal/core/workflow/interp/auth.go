package interp

// places are where a call says how it authenticates. What a document that it reads needs, is with that document.
var places = [][]string{{"authentication"}, {"endpoint", "authentication"}, {"service", "authentication"},
	{"server", "authentication"}, {"transport", "http", "endpoint", "authentication"}}

// policy gives the call's own way to authenticate; nil: none. References were resolved when
// the definition was read; a scheme that uses a secret is the secret's mark.
func policy(with map[string]any) map[string]any {
	for _, path := range places {
		if p, ok := dig(with, path...).(map[string]any); ok {
			return p
		}
	}
	return nil
}

// schemes are the names of schemes in the header of a request.
var schemes = map[string]string{"basic": "Basic", "bearer": "Bearer", "digest": "Digest", "oauth2": "Bearer", "oidc": "Bearer", "certificate": "Certificate"}

// authorization gives $authorization. A token that only who makes the call gets is not in it.
func authorization(policy map[string]any) map[string]any {
	for scheme, how := range policy {
		d := map[string]any{"scheme": schemes[scheme]}
		if token, ok := dig(how, "token").(string); ok && scheme == "bearer" {
			d["parameter"] = token
		}
		return d
	}
	return nil
}
