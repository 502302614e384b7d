package call

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// FuzzOpenAPI: no description does harm, whatever is called of it.
func FuzzOpenAPI(f *testing.F) {
	for _, s := range []string{
		`{"openapi":"3.0.0"}`, `{"openapi":"3.1.0","paths":null}`, `{"swagger":"2.0"}`, `{"swagger":"2.0","paths":{"/x":null}}`,
		`{"openapi":"3.0.0","paths":{"/x":null}}`, `{"openapi":"3.0.0","paths":{"/x":{"get":null}}}`, `{"openapi":"3.0.0","paths":{"/x":{"get":{"operationId":"x"}}}}`,
		`{"openapi":"3.0.0","paths":{"/x":{"get":{"operationId":"x","parameters":[null,{"name":"a","in":"query"},{"name":"a","in":"nowhere"}],"requestBody":{}}}}}`,
		`{"openapi":"3.0.0","servers":[null,{}],"paths":{"/x":{"servers":[{"url":"https://{a}","variables":{"a":null}}],"post":{"operationId":"x","responses":{"200":null},"requestBody":{"content":{"":null}}}}}}`,
		`{"swagger":"2.0","host":"h","paths":{"/x":{"post":{"operationId":"x","parameters":[{"in":"body","name":"b"},{"in":"formData","name":"f"},null]}}}}`,
		`{"openapi":"3.0.0","paths":{"/x":{"$ref":"#/paths/~1x"}}}`, `{"openapi":"3.0.0","components":{"schemas":{"a":{"$ref":"#/components/schemas/a"}}}}`,
		`{"openapi":"3.0.0","servers":[null],"paths":{"/x":{"post":{"operationId":"x"}}}}`,
		"openapi: 3.0.0\npaths: {/x: {get: {operationId: x, parameters: [{$ref: '#/components/parameters/p'}]}}}\n",
	} {
		f.Add(s)
	}
	at := &url.URL{Scheme: "https", Host: "host.example", Path: "/doc"}
	f.Fuzz(func(_ *testing.T, body string) {
		described := newText([]byte(body))
		described.at = at
		api, err := parseOpenAPI(described)
		if err != nil {
			return
		}
		op, err := find(api, "x")
		if err != nil {
			return
		}
		_, _ = op.request(api, described, map[string]any{"a": []any{"1", json.Number("2")}, "body": map[string]any{}})
		_, _ = op.request(api, described, map[string]any{"a": map[string]any{"k": "v"}, "f": "x"})
	})
}

// FuzzAsyncAPI: no description does harm.
func FuzzAsyncAPI(f *testing.F) {
	for _, s := range []string{
		`{"asyncapi":"2.0.0","channels":{"c":{"publish":{}}},"servers":{"s":{"url":"h","protocol":"http"}}}`,
		`{"asyncapi":"3.0.0","operations":{"c":{"channel":{"$ref":"#/channels/a~1b"}}},"channels":{"a/b":{"address":null,"servers":[{}]}},"servers":{"":{"host":"","protocol":"https"}}}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		api, err := parseAsyncAPI(newText([]byte(body)))
		if err != nil {
			return
		}
		for _, with := range []asyncArguments{{Channel: "c", Message: &asyncMessage{}}, {Operation: "c", Subscription: &subscription{}}} {
			if o, err := api.request(with, nil); err == nil && o.url.Scheme != "http" && o.url.Scheme != "https" {
				t.Errorf("it would call %s", o.url)
			}
		}
	})
}

// FuzzContent: whatever comes, its output is JSON.
func FuzzContent(f *testing.F) {
	for _, s := range []string{"application/json", "application/yaml", "text/plain; charset=x", "application/x-www-form-urlencoded", "", ";", "a/b+yaml"} {
		f.Add(s, "{\"a\": [1, .inf, !!binary x]}")
		f.Add(s, "a: &a [*a]\n? {b: c}\n: d")
	}
	f.Fuzz(func(t *testing.T, media, body string) {
		v, err := content("x", http.Header{"Content-Type": {media}}, []byte(body))
		if err != nil {
			return
		}
		if _, err := json.Marshal(v); err != nil {
			t.Errorf("%q %q: %v", media, body, err)
		}
	})
}

// FuzzHeaders: no header makes another.
func FuzzHeaders(f *testing.F) {
	f.Add("X-A", "b\r\nX-C: d")
	f.Add("X-A\n", "b")
	f.Fuzz(func(t *testing.T, name, value string) {
		h, err := headers(map[string]scalar{name: scalar(value)})
		if err != nil {
			return
		}
		var sent strings.Builder
		if err := h.Write(&sent); err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(sent.String(), "\n"); lines != 1 || len(visible(h)) > 1 {
			t.Errorf("%q: %q was sent", name+value, sent.String())
		}
	})
}
