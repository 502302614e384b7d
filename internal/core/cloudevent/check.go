package cloudevent

import (
	"fmt"
	"maps"
	"math"
	"mime"
	"net/url"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
)

// maxAttribute is how long an attribute may be, in bytes: they are for sorting events, and are
// copied with each. What is longer belongs in data.
const maxAttribute = 16 << 10

// Check says all that makes an event none by CloudEvents 1.0; nil: it is one.
func (e Event) Check() error {
	var wrong []string
	for _, name := range []string{"id", "source", "type"} {
		if e.text(name) == "" {
			wrong = append(wrong, name+" is missing, or no text")
		}
	}
	if version := e["specversion"]; version != "1.0" {
		wrong = append(wrong, fmt.Sprintf("specversion is not \"1.0\", but %.20q", fmt.Sprint(version)))
	}
	for _, name := range slices.Sorted(maps.Keys(e)) {
		if name == "data" {
			continue
		}
		if what := e.attribute(name); what != "" {
			wrong = append(wrong, what)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, "this is not a CloudEvent: %s", strings.Join(wrong, "; ")).
		WithHint("an event has specversion \"1.0\", id, source and type; see https://cloudevents.io")
}

// attribute says what is wrong with an attribute.
func (e Event) attribute(name string) string {
	if !named(name) {
		return fmt.Sprintf("%.40q is no name of an attribute: use lower-case letters and digits", name)
	}
	switch v := e[name].(type) {
	case bool:
		return ""
	case int:
		if v < math.MinInt32 || v > math.MaxInt32 {
			return name + " is a number of more than 32 bits: write it as a text"
		}
		return ""
	case string:
		if len(v) > maxAttribute {
			return fmt.Sprintf("%s has %d bytes, and may have %d: put it in data", name, len(v), maxAttribute)
		}
		return form(name, v)
	}
	return name + " is no text, whole number or boolean: put it in data"
}

// named says whether a name may be an attribute's. data_base64 is not one, but stands among them in JSON.
func named(name string) bool {
	other := func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }
	return name == binaryData || name != "" && !strings.ContainsFunc(name, other)
}

// form says what is wrong with the text of an attribute whose form is prescribed.
func form(name, v string) string {
	switch name {
	case "time":
		if _, err := time.Parse(time.RFC3339, v); err != nil {
			return "time is not like 2026-01-02T15:04:05Z"
		}
	case "source", "dataschema":
		address, err := url.Parse(v)
		if err != nil || name == "dataschema" && !address.IsAbs() {
			return name + " is no address"
		}
	case "datacontenttype":
		if _, _, err := mime.ParseMediaType(v); err != nil {
			return "datacontenttype is no media type"
		}
	case "subject":
		if v == "" {
			return "subject is empty: leave it out"
		}
	}
	return ""
}
