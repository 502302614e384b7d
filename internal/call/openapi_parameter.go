package call

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"golang.org/x/net/http/httpguts"
)

// placer puts parameters where they belong.
type placer struct {
	path    string   // with {name}
	query   []string // encoded pairs
	cookies []string
	header  http.Header
}

// place puts one parameter in, as its style says.
func (p *placer) place(parameter *openapi3.Parameter, value any) error {
	name := parameter.Name
	if len(parameter.Content) > 0 { // serialised as a content of its own
		text, err := encodeJSON(value)
		if err != nil {
			return configuration("the parameter %q is no JSON", name)
		}
		value = string(text)
	}
	method, err := parameter.SerializationMethod()
	if err != nil {
		return configuration("the parameter %q is in no place that is known", name)
	}
	s := style{method.Style, method.Explode, name}
	switch parameter.In {
	case openapi3.ParameterInPath:
		text, err := s.joined(value, escape)
		p.path = strings.ReplaceAll(p.path, "{"+name+"}", text)
		return err
	case openapi3.ParameterInHeader:
		text, err := s.joined(value, func(s string) string { return s })
		if err == nil && (!httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(text)) {
			err = validation("the parameter %q has a character that no header may have", name)
		}
		p.header.Set(name, text)
		return err
	}
	pairs, err := s.pairs(value)
	if parameter.In == openapi3.ParameterInCookie {
		p.cookies = append(p.cookies, pairs...)
	} else {
		p.query = append(p.query, pairs...)
	}
	return err
}

// style is how a parameter is written: OpenAPI's style and explode.
type style struct {
	style   string
	explode bool
	name    string
}

// joined gives a value in one text, for paths and headers: simple, label or matrix.
func (s style) joined(value any, escape func(string) string) (string, error) {
	fields, scalars, err := s.fields(value)
	if err != nil {
		return "", err
	}
	first, between, equals := "", ",", ","
	switch s.style {
	case "label":
		if first = "."; s.explode {
			between = "."
		}
	case "matrix":
		if first = ";"; s.explode {
			between = ";"
		}
	}
	if s.explode {
		equals = "="
	}
	var parts []string
	for i, text := range scalars {
		text = escape(text)
		if fields != nil {
			text = escape(fields[i]) + equals + text
		} else if s.style == "matrix" && s.explode {
			text = escape(s.name) + "=" + text
		}
		parts = append(parts, text)
	}
	if s.style == "matrix" && !s.explode {
		first += escape(s.name) + "="
	}
	return first + strings.Join(parts, between), nil
}

// pairs gives a value as encoded pairs, for queries and cookies: form, spaceDelimited,
// pipeDelimited or deepObject.
func (s style) pairs(value any) ([]string, error) {
	fields, scalars, err := s.fields(value)
	if err != nil {
		return nil, err
	}
	name := url.QueryEscape(s.name)
	var pairs []string
	switch {
	case fields != nil && s.style == "deepObject":
		for i, text := range scalars {
			pairs = append(pairs, name+"%5B"+url.QueryEscape(fields[i])+"%5D="+url.QueryEscape(text))
		}
		return pairs, nil
	case fields != nil && s.explode:
		for i, text := range scalars {
			pairs = append(pairs, url.QueryEscape(fields[i])+"="+url.QueryEscape(text))
		}
		return pairs, nil
	case s.explode:
		for _, text := range scalars {
			pairs = append(pairs, name+"="+url.QueryEscape(text))
		}
		return pairs, nil
	}
	between := map[string]string{"spaceDelimited": "%20", "pipeDelimited": "%7C"}[s.style]
	if between == "" {
		between = ","
	}
	var parts []string
	for i, text := range scalars {
		if fields != nil {
			parts = append(parts, url.QueryEscape(fields[i]))
		}
		parts = append(parts, url.QueryEscape(text))
	}
	return []string{name + "=" + strings.Join(parts, between)}, nil
}

// fields gives the texts of a scalar, of a list or of an object; of an object their names as well.
func (s style) fields(value any) (fields, scalars []string, err error) {
	list := []any{value}
	switch v := value.(type) {
	case []any:
		list = v
	case map[string]any:
		list, fields = nil, slices.Sorted(maps.Keys(v))
		for _, name := range fields {
			list = append(list, v[name])
		}
	}
	for _, v := range list {
		text, ok := plain(v)
		if !ok {
			return nil, nil, validation("the parameter %q is nested too deep: a list or object in it has another", s.name)
		}
		scalars = append(scalars, text)
	}
	return fields, scalars, nil
}
