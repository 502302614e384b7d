package web

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"slipway.dev/internal/core/fault"
)

// field is one thing to be filled in.
type field struct {
	Name     string
	Title    string
	Help     string
	Kind     fieldKind
	Options  []string // of one and many
	Required bool
}

type fieldKind string

const (
	text   fieldKind = "text"
	number fieldKind = "number"
	yesNo  fieldKind = "yesNo"
	one    fieldKind = "one"  // of Options
	many   fieldKind = "many" // of Options
	other  fieldKind = "json" // what there is no better way for
)

// schema is as much of a JSON Schema as fields are made of. What it leaves out, Control
// still holds the answer to.
type schema struct {
	Type        string
	Title       string
	Description string
	Enum        []string
	Items       *schema
	Required    []string
	Properties  map[string]schema
}

// fieldsOf gives the fields of a form. One that is no object is filled in as JSON.
func fieldsOf(raw json.RawMessage) []field {
	var s schema
	if json.Unmarshal(raw, &s) != nil || s.Type != "object" || len(s.Properties) == 0 {
		return []field{{Title: "The answer, as JSON", Kind: other, Required: true}}
	}
	var list []field
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		f := field{Name: name, Title: p.Title, Help: p.Description, Kind: other, Required: slices.Contains(s.Required, name)}
		if f.Title == "" {
			f.Title = name
		}
		switch {
		case p.Enum != nil:
			f.Kind, f.Options = one, p.Enum
		case p.Type == "array" && p.Items != nil && p.Items.Enum != nil:
			f.Kind, f.Options = many, p.Items.Enum
		case p.Type == "string":
			f.Kind = text
		case p.Type == "boolean":
			f.Kind = yesNo
		case p.Type == "number" || p.Type == "integer":
			f.Kind = number
		}
		list = append(list, f)
	}
	return list
}

// key is a field's name in the page's form.
func (f field) key() string { return "field." + f.Name }

// filledIn puts together what a person filled in.
func filledIn(fields []field, form url.Values) (json.RawMessage, error) {
	answer := map[string]any{}
	for _, f := range fields {
		value, given, err := f.read(form[f.key()])
		if err != nil {
			return nil, err
		}
		if f.Name == "" {
			return json.Marshal(value)
		}
		if given {
			answer[f.Name] = value
		}
	}
	return json.Marshal(answer)
}

// read gives a field's value; what is empty is not given, unless it must be.
func (f field) read(values []string) (value any, given bool, err error) {
	first := strings.TrimSpace(strings.Join(values[:min(1, len(values))], ""))
	wrong := func(what string) error {
		return fault.New(fault.Invalid, "%s: %s", f.Title, what).WithHint("go back, and change it")
	}
	switch f.Kind {
	case many:
		return append([]string{}, values...), true, nil
	case yesNo:
		return first != "", true, nil
	case number:
		if first == "" {
			return nil, false, nil
		}
		if _, err := strconv.ParseFloat(first, 64); err != nil {
			return nil, false, wrong(fmt.Sprintf("%q is no number", first))
		}
		return json.Number(first), true, nil
	case other:
		if first == "" {
			return nil, false, nil
		}
		if !json.Valid([]byte(first)) {
			return nil, false, wrong("it is not JSON")
		}
		return json.RawMessage(first), true, nil
	}
	return first, first != "", nil
}
