package call_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"slipway.dev/internal/call"
)

var uuid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[48][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// agent serves a card and speaks A2A 0.3; it wants of messages all that the schema wants.
func agent(t *testing.T, token string) string {
	t.Helper()
	var base string
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/.well-known/agent-card.json":
			fmt.Fprintf(w, `{"name":"a","url":"%s/grpc","preferredTransport":"GRPC","additionalInterfaces":[{"url":"%s/rpc","transport":"JSONRPC"}]}`, base, base)
			return
		case r.URL.Path == "/foreign-card":
			fmt.Fprintf(w, `{"name":"a","url":"%s/rpc"}`, strings.Replace(base, "127.0.0.1", "localhost", 1))
			return
		case r.URL.Path == "/grpc-card":
			fmt.Fprintf(w, `{"name":"a","url":"%s/grpc","preferredTransport":"GRPC"}`, base)
			return
		case r.URL.Path != "/rpc" || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json":
			http.NotFound(w, r)
			return
		case token != "" && r.Header.Get("Authorization") != "Bearer "+token:
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		var m rpcMessage
		if json.NewDecoder(r.Body).Decode(&m) != nil || m.JSONRPC != "2.0" || m.ID == nil {
			reply(w, rpcMessage{ID: json.RawMessage("null"), Error: map[string]any{"code": -32700, "message": "cannot be read"}})
			return
		}
		talk(w, m)
	})
	base = server.URL
	return base
}

func talk(w http.ResponseWriter, m rpcMessage) {
	said, _ := m.Params["message"].(map[string]any)
	id, _ := said["messageId"].(string)
	parts, _ := said["parts"].([]any)
	switch {
	case !strings.HasPrefix(m.Method, "message/"):
		reply(w, rpcMessage{ID: m.ID, Error: map[string]any{"code": -32001, "message": "no such task"}})
	case said["kind"] != "message" || said["role"] != "user" || !uuid.MatchString(id) || len(parts) == 0:
		reply(w, rpcMessage{ID: m.ID, Error: map[string]any{"code": -32602, "message": "not a message"}})
	case m.Method == "message/send":
		reply(w, rpcMessage{ID: m.ID, Result: map[string]any{"kind": "message", "parts": parts, "messageId": id}})
	default:
		w.Header().Set("Content-Type", "text/event-stream")
		for i := range 3 {
			b, _ := json.Marshal(rpcMessage{JSONRPC: "2.0", ID: m.ID, Result: map[string]any{"n": i, "final": i == 2}})
			fmt.Fprintf(w, "data: %s\n\n", b)
			w.(http.Flusher).Flush()
		}
	}
}

func TestA2A(t *testing.T) {
	t.Parallel()
	open, closed := agent(t, ""), agent(t, "abcdefgh")
	c := local(t)
	const params = `"parameters":{"message":{"parts":[{"kind":"text","text":"hello"}]}}`
	keyed := func(r *call.Request) { r.IdempotencyKey = "key-1" }
	send := func(with string) call.Reply { return do(t, c, "a2a", "{"+with+"}", keyed) }
	one := says(t, send(`"method":"message/send","server":"`+open+`/rpc",`+params))
	two := says(t, send(`"method":"message/send","agentCard":{"endpoint":"`+open+`/.well-known/agent-card.json"},`+params))
	if one != two || !strings.Contains(one, `"parts":[{"kind":"text","text":"hello"}]`) {
		t.Errorf("got %s and %s: the same call has the same message", one, two)
	}
	got := says(t, send(`"method":"message/stream","server":{"uri":"`+open+`/rpc"},`+params))
	if want := `[{"final":false,"n":0},{"final":false,"n":1},{"final":true,"n":2}]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	auth := `"authentication":{"bearer":{"token":"abcdefgh"}}`
	says(t, send(`"method":"message/send","agentCard":{"endpoint":{"uri":"`+closed+`/.well-known/agent-card.json",`+auth+`}},`+params))
	for _, test := range []struct {
		with, kind string
		status     int
		text       string
	}{
		{`"method":"message/send","agentCard":{"endpoint":{"uri":"` + closed + `/foreign-card",` + auth + `}},` + params, "communication", 401, ""},
		{`"method":"message/send","agentCard":{"endpoint":"` + open + `/grpc-card"},` + params, "configuration", 400, "JSON-RPC"},
		{`"method":"message/send"`, "configuration", 400, "agentCard or a server"},
		{`"method":"message/send","server":"` + open + `/rpc"`, "runtime", 500, "not a message"},
		{`"method":"tasks/get","server":"` + open + `/rpc","parameters":{"id":"1"}`, "runtime", 500, "error -32001: no such task"},
		{`"method":"message/stream","server":"` + open + `/rpc"`, "runtime", 500, "not a message"},
		{`"method":"message/shout","server":"` + open + `/rpc"`, "configuration", 400, "message/shout"},
		{`"method":"tasks/get","server":"` + open + `/nowhere"`, "communication", 404, ""},
	} {
		fails(t, send(test.with), test.kind, test.status, test.text)
	}
}

// TestEndlessStream: a stream without an end is cut off.
func TestEndlessStream(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		text := `data: {"jsonrpc":"2.0","id":1,"result":{}}` + "\n\n"
		if r.URL.Path == "/line" {
			text = strings.Repeat("x", 64<<10)
		}
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, text); err != nil {
				return
			}
		}
	})
	c := local(t, func(o *call.Options) { o.Reply = 1 << 20 })
	for _, path := range []string{"/", "/line"} {
		fails(t, do(t, c, "a2a", `{"method":"message/stream","server":"`+server.URL+path+`"}`), "communication", 502, "too large")
	}
}
