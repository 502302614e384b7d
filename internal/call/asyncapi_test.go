package call_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"slipway.dev/internal/call"
)

// broker describes itself and speaks AsyncAPI over HTTP.
func broker(t *testing.T) string {
	t.Helper()
	var base string
	var polls, resumed atomic.Int64
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		host := strings.TrimPrefix(base, "http://")
		flush := func(text string) {
			_, _ = io.WriteString(w, text)
			w.(http.Flusher).Flush()
		}
		switch r.URL.Path {
		case "/v3.json":
			fmt.Fprintf(w, `{"asyncapi":"3.0.0","info":{},
				"servers":{"queue":{"host":"mq.example","protocol":"amqp"},"web":{"host":%q,"pathname":"/{stage}","protocol":"http","variables":{"stage":{"default":"dev","enum":["dev","live"]}}}},
				"channels":{"greetings":{"address":"greetings/{room}"},"inbox":{"address":"/inbox"},"lines":{"address":"/lines"},"poll":{"address":"/poll"},"mq":{"address":"q","servers":[{"$ref":"#/servers/queue"}]},
					"numbered":{"address":"/numbered"},"endless":{"address":"/endless"}},
				"operations":{"greet":{"action":"send","channel":{"$ref":"#/channels/greetings"},"bindings":{"http":{"method":"put"}}},"hear":{"action":"receive","channel":{"$ref":"#/channels/inbox"}},
					"read":{"action":"receive","channel":{"$ref":"#/channels/lines"}},"poll":{"action":"receive","channel":{"$ref":"#/channels/poll"}},"mq":{"action":"send","channel":{"$ref":"#/channels/mq"}},
					"numbered":{"action":"receive","channel":{"$ref":"#/channels/numbered"}},"endless":{"action":"receive","channel":{"$ref":"#/channels/endless"}}}}`, host)
		case "/v2.yaml":
			fmt.Fprintf(w, "asyncapi: 2.6.0\ninfo: {}\nservers:\n  web: {url: '%s/{stage}', protocol: http, variables: {stage: {default: live}}}\nchannels:\n  /notes:\n    publish: {}\n", base)
		case "/dev/inbox", "/live/inbox":
			w.Header().Set("Content-Type", "text/event-stream")
			flush("data: {\"payload\":{\"n\":1},\"headers\":{\"a\":\"b\"},\"correlationId\":\"c1\"}\n\ndata: {\"n\":2}\n\n")
			flush("data: text\n\n")
			<-r.Context().Done()
		case "/dev/lines":
			w.Header().Set("Content-Type", "application/x-ndjson")
			flush("{\"n\":1}\n\n{\"n\":2}\n")
		case "/dev/poll":
			if polls.Add(1) == 1 {
				w.WriteHeader(http.StatusNoContent)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			flush(`[{"n":1},{"n":2}]`)
		case "/dev/numbered":
			w.Header().Set("Content-Type", "text/event-stream")
			if r.Header.Get("Last-Event-ID") == "7" {
				resumed.Add(1)
				flush("id: 8\ndata: 8\n\n")
			} else {
				flush("id: 7\ndata: 7\n\n")
			}
			<-r.Context().Done()
		case "/dev/endless":
			w.Header().Set("Content-Type", "application/x-ndjson")
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, strings.Repeat("\""+strings.Repeat("x", 1000)+"\"\n", 100)); err != nil {
					return
				}
			}
		default:
			body, _ := io.ReadAll(r.Body)
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode([]string{r.Method, r.URL.Path, r.Header.Get("Content-Type"), r.Header.Get("X-A"), r.Header.Get("Idempotency-Key"), r.Header.Get("Authorization"), string(body)})
		}
	})
	base = server.URL
	return base
}

func TestAsyncAPI(t *testing.T) {
	t.Parallel()
	base := broker(t)
	c := local(t, func(o *call.Options) { o.Reply = 1 << 20 })
	ask := func(with string) call.Reply {
		return do(t, c, "asyncapi", "{"+strings.ReplaceAll(with, "BASE", base)+"}", func(r *call.Request) {
			r.Data, r.IdempotencyKey = map[string]any{"room": "a/b"}, "key-1"
		})
	}
	for _, test := range []struct{ with, want string }{
		{`"document":{"endpoint":"BASE/v3.json"},"operation":"greet","message":{"payload":{"x":1},"headers":{"X-A":true}},"authentication":{"bearer":{"token":"abcdefgh"}}`,
			`["PUT","/dev/greetings/a/b","application/json","true","","Bearer ***","{\"x\":1}"]`},
		{`"document":{"endpoint":"BASE/v3.json"},"operation":"greet","server":{"name":"web","variables":{"stage":"live"}},"message":{}`, `["PUT","/live/greetings/a/b","","","","",""]`},
		{`"document":{"endpoint":"BASE/v2.yaml"},"channel":"/notes","protocol":"http","message":{"payload":{"x":1}}`, `["POST","/live/notes","application/json","","key-1","","{\"x\":1}"]`},
		{`"document":{"endpoint":"BASE/v3.json"},"operation":"hear","subscription":{"consume":{"amount":3}}`,
			`[{"correlationId":"c1","headers":{"A":"b","Correlation-Id":"c1"},"payload":{"n":1}},{"headers":{},"payload":{"n":2}},{"headers":{},"payload":"text"}]`},
		{`"document":{"endpoint":"BASE/v3.json"},"operation":"hear","subscription":{"consume":{"amount":9,"for":{"milliseconds":300}}}`,
			`[{"correlationId":"c1","headers":{"A":"b","Correlation-Id":"c1"},"payload":{"n":1}},{"headers":{},"payload":{"n":2}},{"headers":{},"payload":"text"}]`},
		{`"document":{"endpoint":"BASE/v3.json"},"operation":"hear","subscription":{"filter":"kept for the interpreter","consume":{"amount":1}}`,
			`[{"correlationId":"c1","headers":{"A":"b","Correlation-Id":"c1"},"payload":{"n":1}}]`},
		{`"document":{"endpoint":"BASE/v3.json"},"operation":"hear","subscription":{"amount":2}`,
			`[{"correlationId":"c1","headers":{"A":"b","Correlation-Id":"c1"},"payload":{"n":1}},{"headers":{},"payload":{"n":2}}]`},
		{`"document":{"endpoint":"BASE/v3.json"},"operation":"hear","subscription":{"amount":9}`,
			`[{"correlationId":"c1","headers":{"A":"b","Correlation-Id":"c1"},"payload":{"n":1}},{"headers":{},"payload":{"n":2}},{"headers":{},"payload":"text"}]`},
		{`"document":{"endpoint":"BASE/v3.json"},"operation":"read","subscription":{"consume":{"amount":3,"for":"PT1M"}}`,
			`[{"headers":{},"payload":{"n":1}},{"headers":{},"payload":{"n":2}},{"headers":{},"payload":{"n":1}}]`},
	} {
		if got := says(t, ask(test.with)); got != test.want {
			t.Errorf("%s:\ngot  %s\nwant %s", test.with, got, test.want)
		}
	}
	r := ask(`"document":{"endpoint":"BASE/v3.json"},"operation":"poll","subscription":{"consume":{"amount":2}}`)
	if list, _ := r.Output.([]any); len(list) != 2 {
		t.Errorf("polled: %+v, %v", r, r.Problem)
	}
	for _, test := range []struct {
		with, kind string
		status     int
		text       string
	}{
		{`"document":{"endpoint":"BASE/v3.json"},"operation":"mq","message":{}`, "configuration", 400, "over HTTP here, and not over amqp"},
		{`"document":{"endpoint":"BASE/v3.json"},"operation":"greet","protocol":"kafka","message":{}`, "configuration", 400, "not over kafka"},
		{`"document":{"endpoint":"BASE/v3.json"},"operation":"greet","server":{"name":"queue"},"message":{}`, "configuration", 400, "not over amqp"},
		{`"document":{"endpoint":"BASE/v3.json"},"operation":"greet","server":{"name":"none"},"message":{}`, "configuration", 400, "it has queue, web"},
		{`"document":{"endpoint":"BASE/v3.json"},"operation":"greet","server":{"name":"web","variables":{"stage":"x"}},"message":{}`, "configuration", 400, "one of dev, live"},
		{`"document":{"endpoint":"BASE/v3.json"},"operation":"greet","subscription":{"consume":{"amount":1}}`, "configuration", 400, "does not receive"},
		{`"document":{"endpoint":"BASE/v3.json"},"operation":"none","message":{}`, "configuration", 400, "it has endless, greet"},
		{`"document":{"endpoint":"BASE/v2.yaml"},"channel":"/notes","subscription":{"consume":{"amount":1}}`, "configuration", 400, `no operation "subscribe"`},
		{`"document":{"endpoint":"BASE/v3.json"},"operation":"greet"`, "configuration", 400, "either a message"},
		{`"document":{"endpoint":"BASE/v3.json"},"operation":"hear","subscription":{"consume":{"amount":10001}}`, "configuration", 400, "at most 10000"},
		{`"document":{"endpoint":"BASE/nothing"},"operation":"greet","message":{}`, "configuration", 400, ""},
		{`"document":{"endpoint":"BASE/v3.json"},"operation":"endless","subscription":{"for":"PT1M"}`, "communication", 502, "too large"},
	} {
		fails(t, ask(test.with), test.kind, test.status, test.text)
	}
}

// TestSubscriptionGoesOn after the last message of the batch before.
func TestSubscriptionGoesOn(t *testing.T) {
	t.Parallel()
	base := broker(t)
	c := local(t)
	with := object(t, `{"document":{"endpoint":"`+base+`/v3.json"},"operation":"numbered","subscription":{"consume":{"while":"${ true }"}}}`)
	if got := says(t, c.Do(t.Context(), call.Request{Protocol: "asyncapi", With: with})); got != `[{"headers":{"Last-Event-Id":"7"},"payload":7}]` {
		t.Errorf("got %s", got)
	}
	next := object(t, `{"document":{"endpoint":"`+base+`/v3.json"},"operation":"numbered","subscription":{"amount":0,"after":"7"}}`)
	if got := says(t, c.Do(t.Context(), call.Request{Protocol: "asyncapi", With: next})); got != `[{"headers":{"Last-Event-Id":"8"},"payload":8}]` {
		t.Errorf("got %s", got)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	fails(t, c.Do(ctx, call.Request{Protocol: "asyncapi", With: with}), "timeout", 408, "")
}
