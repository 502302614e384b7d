package call_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway.dev/internal/call"
)

// mcpServer is as strict as the protocol allows a server to be.
type mcpServer struct {
	*httptest.Server
	stream  bool   // it answers with events, and asks whether the client is there before it does
	version string // that it speaks; empty: what the client wants
	token   string // that it wants; empty: none

	mu       sync.Mutex
	sessions map[string]bool // true: initialized
	ponged   chan struct{}
	gone     []string // sessions that were ended by the client
}

func newMCP(t *testing.T, stream bool) *mcpServer {
	t.Helper()
	s := &mcpServer{stream: stream, sessions: map[string]bool{}, ponged: make(chan struct{}, 1)}
	s.Server = serve(t, s.serve)
	return s
}

type rpcMessage struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  map[string]any  `json:"params,omitempty"`
	Result  any             `json:"result,omitempty"`
	Error   any             `json:"error,omitempty"`
}

func (s *mcpServer) serve(w http.ResponseWriter, r *http.Request) {
	if s.token != "" && r.Header.Get("Authorization") != "Bearer "+s.token {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	session := r.Header.Get("Mcp-Session-Id")
	if r.Method == http.MethodDelete {
		s.mu.Lock()
		delete(s.sessions, session)
		s.gone = append(s.gone, session)
		s.mu.Unlock()
		return
	}
	accept := r.Header.Get("Accept")
	var m rpcMessage
	switch {
	case r.Method != http.MethodPost:
		w.WriteHeader(http.StatusMethodNotAllowed)
	case !strings.Contains(accept, "application/json") || !strings.Contains(accept, "text/event-stream"):
		w.WriteHeader(http.StatusNotAcceptable)
	case r.Header.Get("Content-Type") != "application/json":
		w.WriteHeader(http.StatusUnsupportedMediaType)
	case json.NewDecoder(r.Body).Decode(&m) != nil || m.JSONRPC != "2.0":
		w.WriteHeader(http.StatusBadRequest)
	case m.Method == "initialize":
		s.initialize(w, m)
	default:
		s.mu.Lock()
		ready, known := s.sessions[session]
		s.mu.Unlock()
		switch {
		case session == "" || r.Header.Get("MCP-Protocol-Version") != "2025-06-18":
			w.WriteHeader(http.StatusBadRequest)
		case !known:
			w.WriteHeader(http.StatusNotFound)
		case m.Method == "notifications/initialized" && m.ID == nil:
			s.mu.Lock()
			s.sessions[session] = true
			s.mu.Unlock()
			w.WriteHeader(http.StatusAccepted)
		case m.Method == "":
			s.ponged <- struct{}{}
			w.WriteHeader(http.StatusAccepted)
		case !ready || m.ID == nil:
			w.WriteHeader(http.StatusBadRequest)
		default:
			s.answer(w, m)
		}
	}
}

func (s *mcpServer) initialize(w http.ResponseWriter, m rpcMessage) {
	info, _ := m.Params["clientInfo"].(map[string]any)
	if m.Params["capabilities"] == nil || info["name"] == nil || info["version"] == nil {
		reply(w, rpcMessage{ID: m.ID, Error: map[string]any{"code": -32602, "message": "invalid params"}})
		return
	}
	version := s.version
	if version == "" {
		version, _ = m.Params["protocolVersion"].(string)
	}
	session := rand.Text()
	s.mu.Lock()
	s.sessions[session] = false
	s.mu.Unlock()
	w.Header().Set("Mcp-Session-Id", session)
	reply(w, rpcMessage{ID: m.ID, Result: map[string]any{"protocolVersion": version, "capabilities": map[string]any{}, "serverInfo": info}})
}

func (s *mcpServer) answer(w http.ResponseWriter, m rpcMessage) {
	out := rpcMessage{ID: m.ID}
	switch name, _ := m.Params["name"].(string); {
	case m.Method == "tools/list":
		out.Result = map[string]any{"tools": []any{map[string]any{"name": "add"}}}
	case m.Method == "tools/call" && name == "add":
		arguments, _ := m.Params["arguments"].(map[string]any)
		a, _ := arguments["a"].(float64)
		b, _ := arguments["b"].(float64)
		out.Result = map[string]any{"content": []any{map[string]any{"type": "text", "text": fmt.Sprint(a + b)}}, "isError": false}
	default:
		out.Error = map[string]any{"code": -32602, "message": "unknown tool " + name}
	}
	if !s.stream {
		reply(w, out)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	event := func(m rpcMessage) {
		m.JSONRPC = "2.0"
		b, _ := json.Marshal(m)
		fmt.Fprintf(w, ": comment\r\nevent: message\r\nid: 1\r\ndata: %s\r\n\r\n", b)
		w.(http.Flusher).Flush()
	}
	event(rpcMessage{Method: "notifications/progress", Params: map[string]any{"progress": 1}})
	event(rpcMessage{ID: json.RawMessage(`"p-1"`), Method: "ping"})
	select {
	case <-s.ponged:
		event(out)
	case <-time.After(20 * time.Second):
	}
}

func reply(w http.ResponseWriter, m rpcMessage) {
	m.JSONRPC = "2.0"
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(m)
}

func TestMCP(t *testing.T) {
	t.Parallel()
	for _, stream := range []bool{false, true} {
		server := newMCP(t, stream)
		server.token = "abcdefgh"
		c := local(t)
		ask := func(method, parameters string) call.Reply {
			return do(t, c, "mcp", fmt.Sprintf(`{"method":%q,"parameters":%s,"timeout":{"seconds":25},"transport":{"http":{"endpoint":{"uri":"%s/mcp","authentication":{"bearer":{"token":"abcdefgh"}}},"headers":{"X-A":"b"}}}}`,
				method, parameters, server.URL))
		}
		if got, want := says(t, ask("tools/call", `{"name":"add","arguments":{"a":40,"b":2}}`)), `{"content":[{"text":"42","type":"text"}],"isError":false}`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if got, want := says(t, ask("tools/list", "null")), `{"tools":[{"name":"add"}]}`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		fails(t, ask("tools/call", `{"name":"sub"}`), "runtime", 500, "error -32602: unknown tool sub")
		server.mu.Lock()
		if len(server.gone) != 3 || len(server.sessions) != 0 {
			t.Errorf("sessions that ended: %v; that are left: %v", server.gone, server.sessions)
		}
		server.mu.Unlock()
	}
}

func TestMCPRefused(t *testing.T) {
	t.Parallel()
	server := newMCP(t, false)
	old := newMCP(t, false)
	old.version = "2024-11-05"
	hang := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // a server sees that a client has gone only when it has read all
		<-r.Context().Done()
	})
	html := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") })
	other := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		reply(w, rpcMessage{ID: json.RawMessage("77"), Result: map[string]any{}})
	})
	c := local(t)
	const at = `"transport":{"http":{"endpoint":"%s"}}`
	for _, test := range []struct {
		with, kind string
		status     int
		text       string
	}{
		{`"method":"tools/call","transport":{"stdio":{"command":"npx"}}`, "configuration", 400, "stdio"},
		{`"method":"sampling/createMessage",` + fmt.Sprintf(at, server.URL), "configuration", 400, "sampling"},
		{`"method":"tools/list","protocolVersion":"1999-01-01",` + fmt.Sprintf(at, server.URL), "configuration", 400, "1999-01-01"},
		{`"method":"tools/list","parameters":"x",` + fmt.Sprintf(at, server.URL), "configuration", 400, "object"},
		{`"method":"tools/list",` + fmt.Sprintf(at, old.URL), "communication", 502, "2024-11-05"},
		{`"method":"tools/list",` + fmt.Sprintf(at, html.URL), "communication", 502, "JSON-RPC"},
		{`"method":"tools/list",` + fmt.Sprintf(at, other.URL), "communication", 502, "no reply to initialize"},
		{`"method":"tools/list",` + fmt.Sprintf(at, server.URL+"/x") + `,"timeout":"1 second"`, "configuration", 400, "timeout"},
		{`"method":"tools/list",` + fmt.Sprintf(at, hang.URL) + `,"timeout":"PT0.2S"`, "timeout", 408, "in time"},
		{`"method":"tools/list",` + fmt.Sprintf(at, "http://169.254.169.254"), "authorization", 403, "link-local"},
	} {
		fails(t, do(t, c, "mcp", "{"+test.with+"}"), test.kind, test.status, test.text)
	}
}
