package call

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// maxHeaders is how many bytes of headers a workflow may send; services take less.
const maxHeaders = 64 << 10

// headers makes headers of a map.
func headers(said map[string]scalar) (http.Header, error) {
	h, size := http.Header{}, 0
	for name, value := range said {
		if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(string(value)) {
			return nil, configuration("the header %q has a character that no header may have", brief(name))
		}
		if size += len(name) + len(value); size > maxHeaders {
			return nil, configuration("the headers are over %d bytes", maxHeaders)
		}
		h.Set(name, string(value))
	}
	return h, nil
}

// query adds parameters to those that the address has.
func query(o *outgoing, said map[string]any) error {
	values := url.Values{}
	for _, name := range slices.Sorted(maps.Keys(said)) {
		if err := addValues(values, name, said[name]); err != nil {
			return err
		}
	}
	o.addQuery(values.Encode())
	return nil
}

// addQuery adds parameters that are encoded; the address's own stay as they are written.
func (o *outgoing) addQuery(encoded string) {
	if encoded == "" {
		return
	}
	if o.url.RawQuery != "" {
		encoded = o.url.RawQuery + "&" + encoded
	}
	o.url.RawQuery = encoded
}

// confidential are parts of names of headers that have credentials.
var confidential = []string{"auth", "cookie", "token", "secret", "password", "credential", "api-key", "apikey", "session"}

// visible gives the headers of a request that may be told.
func visible(h http.Header) map[string]any {
	out := flat(h)
	for name := range out {
		small := strings.ToLower(name)
		if slices.ContainsFunc(confidential, func(part string) bool { return strings.Contains(small, part) }) {
			delete(out, name)
		}
	}
	return out
}

// flat gives headers as the specification has them: one text for each name.
func flat(h http.Header) map[string]any {
	out := make(map[string]any, len(h))
	for name, values := range h {
		out[http.CanonicalHeaderKey(name)] = strings.ToValidUTF8(strings.Join(values, ", "), "�")
	}
	return out
}

func statusText(status int) string { return strconv.Itoa(status) }
