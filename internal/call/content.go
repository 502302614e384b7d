package call

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// mediaType gives the type of a content without its parameters; empty: it is not said.
func mediaType(h http.Header) string {
	media, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		media, _, _ = strings.Cut(h.Get("Content-Type"), ";")
	}
	return strings.ToLower(strings.TrimSpace(media))
}

func isJSON(media string) bool {
	return media == "application/json" || media == "text/json" || strings.HasSuffix(media, "+json")
}

func isYAML(media string) bool {
	switch media {
	case "application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml":
		return true
	}
	return strings.HasSuffix(media, "+yaml")
}

const formType = "application/x-www-form-urlencoded"

// content deserialises what came, by its type; what is neither known nor text comes as base64.
func content(what string, h http.Header, body []byte) (any, error) {
	if len(body) == 0 {
		return nil, nil
	}
	media := mediaType(h)
	switch {
	case isJSON(media):
		v, err := decodeJSON(body)
		if err != nil {
			return nil, communication(http.StatusBadGateway, "the reply to %s says that it is %s, and is not", what, media)
		}
		return v, nil
	case isYAML(media):
		v, err := decodeYAML(body)
		if err != nil {
			return nil, communication(http.StatusBadGateway, "the reply to %s says that it is %s, and is not: %s", what, media, brief(err.Error()))
		}
		return v, nil
	case media == formType:
		return decodeForm(body), nil
	case media == "":
		if v, err := decodeJSON(body); err == nil {
			return v, nil
		}
	case !strings.HasPrefix(media, "text/") && media != "application/xml" && !strings.HasSuffix(media, "+xml"):
		return base64.StdEncoding.EncodeToString(body), nil
	}
	if !utf8.Valid(body) {
		return base64.StdEncoding.EncodeToString(body), nil
	}
	return string(body), nil
}

// decodeYAML reads one document and gives it as JSON would.
func decodeYAML(body []byte) (any, error) {
	var v any
	if err := yaml.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	text, err := encodeJSON(v)
	if err != nil {
		return nil, err
	}
	return decodeJSON(text)
}

// decodeForm gives a value for each name, and a list for a name that is there more than once.
func decodeForm(body []byte) any {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return string(body)
	}
	out := make(map[string]any, len(form))
	for name, values := range form {
		if len(values) == 1 {
			out[name] = values[0]
			continue
		}
		list := make([]any, len(values))
		for i, v := range values {
			list[i] = v
		}
		out[name] = list
	}
	return out
}

// encode serialises a body for a type of content, and gives the type that it has. An object is
// JSON unless another type is asked for; a string goes as it is.
func encode(body any, media string) ([]byte, string, error) {
	base, _, _ := strings.Cut(media, ";")
	base = strings.ToLower(strings.TrimSpace(base))
	text, isText := body.(string)
	switch {
	case body == nil:
		return nil, "", nil
	case isText && media == "":
		return []byte(text), "text/plain; charset=utf-8", nil
	case isText:
		return []byte(text), media, nil
	case base == formType:
		form, err := encodeForm(body)
		return []byte(form.Encode()), media, err
	case base == "" || isJSON(base) || base == "*/*":
		b, err := encodeJSON(body)
		if err != nil {
			return nil, "", configuration("the body is no JSON")
		}
		if base == "" || base == "*/*" {
			media = "application/json"
		}
		return b, media, nil
	}
	return nil, "", configuration("a body that is an object or a list is sent as JSON or as a form, not as %q: give it as text", brief(media))
}

// encodeForm wants an object of scalars and lists of them.
func encodeForm(body any) (url.Values, error) {
	fields, ok := body.(map[string]any)
	if !ok {
		return nil, configuration("the body of a form is an object")
	}
	form := url.Values{}
	for name, value := range fields {
		if err := addValues(form, name, value); err != nil {
			return nil, err
		}
	}
	return form, nil
}

// addValues adds a scalar, or each of a list; null is left out.
func addValues(to url.Values, name string, value any) error {
	list, isList := value.([]any)
	if !isList {
		list = []any{value}
	}
	for _, v := range list {
		text, ok := plain(v)
		if !ok {
			return configuration("%q is neither a scalar nor a list of them", brief(name))
		}
		if v != nil {
			to.Add(name, text)
		}
	}
	return nil
}

// bodyOf gives a body anew for each who reads it.
func bodyOf(b []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
}
