package cloudevent_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/cloudevent"
	"slipway.dev/internal/core/fault"
)

func with(changes map[string]any) cloudevent.Event {
	e := cloudevent.Event{"specversion": "1.0", "id": "1", "source": "/shop", "type": "com.example.sold"}
	for name, v := range changes {
		if e[name] = v; v == nil {
			delete(e, name)
		}
	}
	return e
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		event cloudevent.Event
		wrong string
	}{
		"the least":        {with(nil), ""},
		"all":              {with(map[string]any{"time": "2026-01-02T15:04:05.1+01:00", "subject": "x", "dataschema": "https://a/b", "datacontenttype": "text/plain; charset=utf-8", "ext1": 5, "b": true, "data": []any{1}}), ""},
		"data may be null": {cloudevent.Event{"specversion": "1.0", "id": "1", "source": "s", "type": "t", "data": nil}, ""},
		"nothing":          {cloudevent.Event{}, "id is missing, or no text; source is missing, or no text; type is missing, or no text; specversion"},
		"no text":          {with(map[string]any{"id": 5}), "id is missing, or no text"},
		"version":          {with(map[string]any{"specversion": "0.3"}), `not "1.0", but "0.3"`},
		"capital":          {with(map[string]any{"traceId": "x"}), `"traceId" is no name`},
		"underscore":       {with(map[string]any{"a_b": "x"}), `"a_b" is no name`},
		"empty name":       {with(map[string]any{"": "x"}), `"" is no name`},
		"object":           {with(map[string]any{"ext": map[string]any{}}), "ext is no text"},
		"fraction":         {with(map[string]any{"ext": 1.5}), "ext is no text"},
		"big number":       {with(map[string]any{"ext": 1 << 40}), "more than 32 bits"},
		"long":             {with(map[string]any{"ext": strings.Repeat("x", 17<<10)}), "put it in data"},
		"time":             {with(map[string]any{"time": "yesterday"}), "time is not like"},
		"schema":           {with(map[string]any{"dataschema": "b"}), "dataschema is no address"},
		"source":           {with(map[string]any{"source": "%zz"}), "source is no address"},
		"media type":       {with(map[string]any{"datacontenttype": "/"}), "no media type"},
		"subject":          {with(map[string]any{"subject": ""}), "subject is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := c.event.Check()
			if c.wrong == "" && err != nil || c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)) {
				t.Errorf("says %v, want %q", err, c.wrong)
			}
		})
	}
}

func TestFromHTTP(t *testing.T) {
	t.Parallel()
	binary := func(headers ...string) map[string][]string {
		h := map[string][]string{"Ce-Specversion": {"1.0"}, "Ce-Id": {"1"}, "Ce-Source": {"/shop"}, "Ce-Type": {"com.example.sold"}}
		for i := 0; i < len(headers); i += 2 {
			h[headers[i]] = append(h[headers[i]], headers[i+1])
		}
		return h
	}
	typed := func(kind string) map[string][]string { return map[string][]string{"Content-Type": {kind}} }
	const event = `{"specversion":"1.0","id":"1","source":"/shop","type":"com.example.sold"`
	for name, c := range map[string]struct {
		header map[string][]string
		body   string
		want   []cloudevent.Event
		wrong  string
	}{
		"structured":      {typed(cloudevent.TypeOne), event + `,"data":{"n":12345678901234567890}}`, nil, ""},
		"with charset":    {typed("Application/CloudEvents+JSON; charset=UTF-8"), event + "}", []cloudevent.Event{with(nil)}, ""},
		"null":            {typed(cloudevent.TypeOne), event + `,"subject":null}`, []cloudevent.Event{with(nil)}, ""},
		"base64 text":     {typed(cloudevent.TypeOne), event + `,"datacontenttype":"text/plain","data_base64":"aGk="}`, []cloudevent.Event{with(map[string]any{"datacontenttype": "text/plain", "data": "hi"})}, ""},
		"base64 JSON":     {typed(cloudevent.TypeOne), event + `,"data_base64":"WzFd"}`, []cloudevent.Event{with(map[string]any{"data": []any{1}})}, ""},
		"base64 bytes":    {typed(cloudevent.TypeOne), event + `,"datacontenttype":"image/png","data_base64":"/w=="}`, []cloudevent.Event{with(map[string]any{"datacontenttype": "image/png", "data_base64": "/w=="})}, ""},
		"base64 and data": {typed(cloudevent.TypeOne), event + `,"data":1,"data_base64":"/w=="}`, nil, "both data and data_base64"},
		"bad base64":      {typed(cloudevent.TypeOne), event + `,"data_base64":"!"}`, nil, "not base64"},
		"no JSON":         {typed(cloudevent.TypeOne), `{`, nil, "cannot be read"},
		"no object":       {typed(cloudevent.TypeOne), `[]`, nil, "is an object"},
		"invalid":         {typed(cloudevent.TypeOne), `{"id":"1"}`, nil, "source is missing"},
		"batch":           {typed(cloudevent.TypeBatch), "[" + event + "}," + event + `,"data":5}]`, []cloudevent.Event{with(nil), with(map[string]any{"data": 5})}, ""},
		"empty batch":     {typed(cloudevent.TypeBatch), "[]", []cloudevent.Event{}, ""},
		"bad in batch":    {typed(cloudevent.TypeBatch), "[" + event + `},{"id":"2"}]`, nil, "event 2 of 2"},
		"long batch":      {typed(cloudevent.TypeBatch), "[" + strings.Repeat("{},", cloudevent.MaxBatch) + "{}]", nil, "in parts"},
		"no batch":        {typed(cloudevent.TypeBatch), "{}", nil, "is an array"},
		"other format":    {typed("application/cloudevents+avro"), "", nil, "cannot be read as application/cloudevents+avro"},
		"no event":        {typed("application/json"), "{}", nil, "nor is there a header ce-specversion"},
		"nothing":         {nil, "", nil, "not a CloudEvent"},
		"binary":          {binary("Content-Type", "application/json"), `{"a":[1]}`, []cloudevent.Event{with(map[string]any{"datacontenttype": "application/json", "data": map[string]any{"a": []any{1}}})}, ""},
		"binary, empty":   {binary(), "", []cloudevent.Event{with(nil)}, ""},
		"binary text":     {binary("content-type", "text/plain"), "hi", []cloudevent.Event{with(map[string]any{"datacontenttype": "text/plain", "data": "hi"})}, ""},
		"binary bytes":    {binary("content-type", "image/png"), "\xff", []cloudevent.Event{with(map[string]any{"datacontenttype": "image/png", "data_base64": "/w=="})}, ""},
		"escaped":         {binary("ce-subject", `Euro%20%E2%82%AC%20%F0%9F%98%80+`), "", []cloudevent.Event{with(map[string]any{"subject": "Euro € 😀+"})}, ""},
		"quoted":          {binary("ce-subject", `"a \"b\" %22"`), "", []cloudevent.Event{with(map[string]any{"subject": `a "b" "`})}, ""},
		"badly escaped":   {binary("ce-subject", `%E2`), "", nil, "percent-encoded"},
		"bad data":        {binary("Content-Type", "application/json"), "{", nil, "data cannot be read"},
		"twice":           {binary("ce-subject", "a", "ce-subject", "b"), "", nil, "more than once"},
		"as header":       {binary("ce-datacontenttype", "text/plain"), "", nil, "must not be there"},
		"without id":      {map[string][]string{"ce-specversion": {"1.0"}}, "", nil, "id is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := cloudevent.FromHTTP(c.header, []byte(c.body))
			if c.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), c.wrong) || fault.Is(err, fault.Internal) {
					t.Fatalf("says %v, want %q", err, c.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if c.want != nil {
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}

// FuzzFromHTTP holds that what is taken in is an event, and stays the same when it is written and read again.
func FuzzFromHTTP(f *testing.F) {
	f.Add(cloudevent.TypeOne, "1.0", "x", `{"specversion":"1.0","id":"1","source":"/shop","type":"t","data_base64":"/w=="}`)
	f.Add(cloudevent.TypeBatch, "", "", `[{"specversion":"1.0","id":"1","source":"/shop","type":"t","data":{"a":null}}]`)
	f.Add("application/json", "1.0", "%C3%A9", `[1]`)
	f.Fuzz(func(t *testing.T, kind, version, subject, body string) {
		events, err := cloudevent.FromHTTP(map[string][]string{
			"Content-Type": {kind}, "Ce-Specversion": {version}, "ce-id": {"1"}, "ce-type": {"t"}, "ce-source": {"s"}, "ce-subject": {subject},
		}, []byte(body))
		if err != nil {
			return
		}
		for _, e := range events {
			text, err := cloudevent.Structured(e)
			if err != nil {
				t.Fatal(err)
			}
			again, err := cloudevent.FromHTTP(map[string][]string{"content-type": {cloudevent.TypeOne}}, text)
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			second, err := cloudevent.Structured(again[0])
			if err != nil {
				t.Fatal(err)
			}
			if string(second) != string(text) {
				t.Errorf("%s became %s", text, second)
			}
		}
	})
}
