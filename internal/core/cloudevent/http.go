package cloudevent

import (
	"encoding/base64"
	"fmt"
	"mime"
	"net/url"
	"strings"
	"unicode/utf8"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/workflow/jq"
)

// The media types of events, and the attribute for data that is no text.
const (
	TypeOne    = "application/cloudevents+json"
	TypeBatch  = "application/cloudevents-batch+json"
	binaryData = "data_base64"
)

// MaxBatch is how many events may come at once: each is matched with all who listen.
const MaxBatch = 1000

// FromHTTP reads the events of a request or answer, in the structured, batched or binary mode of the
// HTTP protocol binding. All events are checked; if one is none, there are none.
func FromHTTP(header map[string][]string, body []byte) ([]Event, error) {
	kind, _, err := mime.ParseMediaType(one(header, "content-type"))
	if err != nil {
		kind = ""
	}
	var events []Event
	switch {
	case kind == TypeOne:
		events, err = structured(body)
	case kind == TypeBatch:
		events, err = batch(body)
	case strings.HasPrefix(kind, "application/cloudevents"):
		return nil, fault.New(fault.Invalid, "events cannot be read as %s", kind).WithHint("send %s or %s", TypeOne, TypeBatch)
	case one(header, "ce-specversion") != "":
		events, err = binary(header, body)
	default:
		return nil, fault.New(fault.Invalid, "this is not a CloudEvent: neither is its content type %s, nor is there a header ce-specversion", TypeOne).
			WithHint("see https://cloudevents.io, HTTP protocol binding")
	}
	if err != nil {
		return nil, err
	}
	for i, e := range events {
		if err := e.Check(); err != nil {
			if len(events) > 1 {
				return nil, fault.New(fault.Invalid, "event %d of %d", i+1, len(events)).Because(err)
			}
			return nil, err
		}
	}
	return events, nil
}

// Structured writes an event as JSON, with sorted attributes: the body of TypeOne.
func Structured(e Event) ([]byte, error) { return jq.Encode(map[string]any(e)) }

func structured(body []byte) ([]Event, error) {
	v, err := jq.Decode(body)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the event cannot be read").Because(err)
	}
	e, err := fromJSON(v)
	return []Event{e}, err
}

func batch(body []byte) ([]Event, error) {
	v, err := jq.Decode(body)
	list, ok := v.([]any)
	if err != nil || !ok {
		return nil, fault.New(fault.Invalid, "a batch of events is an array in JSON").Because(err)
	}
	if len(list) > MaxBatch {
		return nil, fault.New(fault.TooLarge, "the batch has %d events, and may have %d", len(list), MaxBatch).WithHint("send it in parts")
	}
	events := make([]Event, len(list))
	for i, item := range list {
		if events[i], err = fromJSON(item); err != nil {
			return nil, err
		}
	}
	return events, nil
}

// fromJSON makes an event of what its JSON format decodes to: null is no attribute, and data_base64 is data.
func fromJSON(v any) (Event, error) {
	object, ok := v.(map[string]any)
	if !ok {
		return nil, fault.New(fault.Invalid, "an event is an object in JSON")
	}
	for name, value := range object {
		if value == nil && name != "data" {
			delete(object, name)
		}
	}
	e := Event(object)
	encoded, ok := e[binaryData]
	if !ok {
		return e, nil
	}
	if _, both := e["data"]; both {
		return nil, fault.New(fault.Invalid, "the event has both data and %s", binaryData)
	}
	text, _ := encoded.(string)
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil || text == "" {
		return nil, fault.New(fault.Invalid, "%s is not base64", binaryData)
	}
	delete(e, binaryData)
	return e, e.put(data)
}

// put sets data of bytes: by the event's media type a JSON value, a text, or bytes, which stay base64.
func (e Event) put(data []byte) error {
	kind, _, _ := mime.ParseMediaType(e.text("datacontenttype"))
	switch {
	case len(data) == 0:
	case kind == "" || kind == "application/json" || kind == "text/json" || strings.HasSuffix(kind, "+json"):
		v, err := jq.Decode(data)
		if err != nil {
			return fault.New(fault.Invalid, "the event's data cannot be read").Because(err)
		}
		e["data"] = v
	case utf8.Valid(data):
		e["data"] = string(data)
	default:
		e[binaryData] = base64.StdEncoding.EncodeToString(data)
	}
	return nil
}

// binary reads attributes from headers, and data from the body.
func binary(header map[string][]string, body []byte) ([]Event, error) {
	e := Event{}
	for name, values := range header {
		name, ok := strings.CutPrefix(strings.ToLower(name), "ce-")
		if !ok {
			continue
		}
		if _, twice := e[name]; twice || len(values) != 1 {
			return nil, fault.New(fault.Invalid, "the header ce-%.40s is there more than once", name)
		}
		value, err := unescape(values[0])
		if err != nil {
			return nil, fault.New(fault.Invalid, "the header ce-%.40s cannot be read", name).Because(err)
		}
		e[name] = value
	}
	for _, name := range []string{"data", binaryData, "datacontenttype"} {
		if _, ok := e[name]; ok {
			return nil, fault.New(fault.Invalid, "the header ce-%s must not be there", name).WithHint("send it as the body, and its media type as Content-Type")
		}
	}
	if kind := one(header, "content-type"); kind != "" {
		e["datacontenttype"] = kind
	}
	return []Event{e}, e.put(body)
}

// unescape reads the value of a header: a quoted string loses its quotes, then %XX are bytes of UTF-8.
func unescape(s string) (string, error) {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		s = unquote(s[1 : len(s)-1])
	}
	text, err := url.PathUnescape(s)
	if err != nil || !utf8.ValidString(text) {
		return "", fmt.Errorf("%.40q is not percent-encoded UTF-8", s)
	}
	return text, nil
}

func unquote(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

// one gives a header, whatever the case of its name.
func one(header map[string][]string, name string) string {
	for key, values := range header {
		if len(values) > 0 && strings.EqualFold(key, name) {
			return values[0]
		}
	}
	return ""
}
