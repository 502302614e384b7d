package call

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// scalar is text; numbers and booleans are taken for it, as "password: 1234" means text.
type scalar string

// UnmarshalJSON takes any scalar.
func (s *scalar) UnmarshalJSON(b []byte) error {
	switch {
	case len(b) > 0 && b[0] == '"':
		return json.Unmarshal(b, (*string)(s))
	case string(b) == "null":
		*s = ""
	case len(b) > 0 && (b[0] == '{' || b[0] == '['):
		return errors.New("a list or object is where text is wanted")
	default:
		*s = scalar(b)
	}
	return nil
}

// endpoint is an address, alone or with the policy to use there.
type endpoint struct {
	URI            string
	Authentication *policy
}

// UnmarshalJSON takes both forms.
func (e *endpoint) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &e.URI)
	}
	type long endpoint
	return json.Unmarshal(b, (*long)(e))
}

// resource is something elsewhere.
type resource struct {
	Name     string
	Endpoint endpoint
}

// decode reads arguments into a structure. Fields that are not known are refused: a typing
// error would otherwise change what is called.
func (a *attempt) decode(to any) error {
	text, err := encodeJSON(a.With)
	if err != nil {
		return configuration("the arguments are no JSON: %s", err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	d.DisallowUnknownFields()
	return misfit("with", d.Decode(to))
}

// misfit tells what is wrong with arguments, but not their values.
func misfit(of string, err error) error {
	var wrong *json.UnmarshalTypeError
	var known *failure
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return known
	case errors.As(err, &wrong):
		kind, _, _ := strings.Cut(wrong.Value, " ")
		return configuration("%s.%s is not to be of type %s", of, strings.ToLower(wrong.Field), kind)
	}
	return configuration("%s: %s", of, strings.TrimPrefix(err.Error(), "json: "))
}

// encodeJSON gives JSON without the escapes that are for HTML.
func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// decodeJSON reads exactly one JSON value; its numbers keep their digits.
func decodeJSON(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more after the value")
	}
	return v, nil
}

// plain gives the text of a scalar; false: it is none. Null is empty.
func plain(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case map[string]any, []any:
		return "", false
	}
	b, err := encodeJSON(v)
	return string(b), err == nil && len(b) > 0 && b[0] != '{' && b[0] != '['
}
