package call_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/call"
	"slipway.dev/internal/call/calltest"
)

const errorBase = "https://open-workflow-specification.org/spec/1.0.0/errors/"

// object makes arguments of JSON, as the interpreter has them.
func object(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// local makes a Caller that may call this machine.
func local(t *testing.T, change ...func(*call.Options)) *call.Caller {
	t.Helper()
	o := call.Options{Private: true, Version: "test"}
	for _, c := range change {
		c(&o)
	}
	c := call.New(o)
	t.Cleanup(c.Close)
	return c
}

// world makes a Caller to whom the petstore answers for the hosts of the specification.
func world(t *testing.T) *call.Caller {
	t.Helper()
	store := calltest.Petstore(t)
	return local(t, func(o *call.Options) {
		o.Transport = calltest.Transport(map[string]*httptest.Server{"petstore.swagger.io": store, "httpbin.org": store})
	})
}

// serve starts a server.
func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// do makes a call with arguments in JSON.
func do(t *testing.T, c *call.Caller, protocol, with string, change ...func(*call.Request)) call.Reply {
	t.Helper()
	r := call.Request{Protocol: protocol, With: object(t, with), Timeout: 30 * time.Second}
	for _, ch := range change {
		ch(&r)
	}
	return c.Do(t.Context(), r)
}

// says gives the output as JSON.
func says(t *testing.T, r call.Reply) string {
	t.Helper()
	if r.Problem != nil {
		t.Errorf("problem: %+v", *r.Problem)
		return ""
	}
	b, err := json.Marshal(r.Output)
	if err != nil {
		t.Error(err)
	}
	return string(b)
}

// fails wants a problem of a type and status with a text.
func fails(t *testing.T, r call.Reply, kind string, status int, text string) {
	t.Helper()
	p := r.Problem
	if p == nil {
		t.Errorf("it succeeded with %v, want %s %d", r.Output, kind, status)
		return
	}
	if p.Type != errorBase+kind || p.Status != status || p.Title == "" || !strings.Contains(p.Detail, text) {
		t.Errorf("got %+v, want %s %d %q", *p, kind, status, text)
	}
}
