package run

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"slipway.dev/internal/call"
	"slipway.dev/internal/core/workflow/interp"
)

func itoa(n int) string { return strconv.Itoa(n) }

// serve answers every request with a text.
func serve(t *testing.T, answer func(path string) string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, answer(r.URL.Path)) }))
	t.Cleanup(s.Close)
	return s.URL
}

func TestCall(t *testing.T) {
	t.Parallel()
	var keys atomic.Value
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		keys.Store(r.Header.Get("Idempotency-Key"))
		b, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"said": %s, "big": 12345678901234567890}`, b)
	}))
	t.Cleanup(s.Close)
	w := newWorld(t, nil)
	got := w.output("do: [{a: {call: http, with: {method: post, endpoint: '"+s.URL+"/{id}', body: {n: '${ .n }'}}}}]", map[string]any{"n": 3, "id": 9})
	if got != `{"big":12345678901234567890,"said":{"n":3}}` {
		t.Error(got)
	}
	if key, _ := keys.Load().(string); len(key) != 32 {
		t.Errorf("its idempotency key is %q", key)
	}
	p := w.problem("do: [{a: {call: http, with: {method: get, endpoint: 'http://127.0.0.1:1/'}}}]", nil)
	if p.Type != interp.Communication || p.Instance != "/do/0/a" {
		t.Errorf("%+v", p)
	}
}

func TestHostileCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *Driver) { d.Caller = call.New(call.Options{}) })
	own := serve(t, func(string) string { return "inner" })
	for _, address := range []string{"http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", own} {
		if p := w.problem("do: [{a: {call: http, with: {method: get, endpoint: '"+address+"'}}}]", nil); p.Type != interp.Authorization || p.Status != 403 {
			t.Errorf("%s: %+v", address, p)
		}
	}
	for _, address := range []string{"http://169.254.169.254/x.py", "file:///etc/passwd"} {
		if p := w.problem("do: [{a: {run: {script: {language: python, source: {endpoint: '"+address+"'}}}}}]", nil); p.Status != 403 && p.Status != 400 {
			t.Errorf("%s: %+v", address, p)
		}
	}
}

func TestGigabyteReply(t *testing.T) {
	t.Parallel()
	var sent atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		part := make([]byte, 1<<20)
		for range 1 << 10 {
			n, err := w.Write(part)
			if sent.Add(int64(n)); err != nil {
				return
			}
		}
	}))
	t.Cleanup(s.Close)
	w := newWorld(t, nil)
	p := w.problem("do: [{a: {call: http, with: {method: get, endpoint: '"+s.URL+"'}}}]", nil)
	if p.Type != interp.Communication || !strings.Contains(p.Detail, "too large") {
		t.Errorf("%+v", p)
	}
	if sent.Load() > 200<<20 {
		t.Errorf("%d bytes were read", sent.Load())
	}
}

func TestFetchedFunction(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	at := serve(t, func(string) string { return "set: {greeting: '${ \"hello \" + .name }'}" })
	if got := w.output("do: [{a: {call: '"+at+"/function.yaml', with: {name: you}}}]", nil); got != `{"greeting":"hello you"}` {
		t.Error(got)
	}
}

// answers is a Functions that counts.
type answers struct {
	calls atomic.Int64
	call  func(ctx context.Context, in interp.FunctionInput, key string, with any) (any, *interp.Problem)
}

func (a *answers) Call(ctx context.Context, in interp.FunctionInput, key string, with any) (any, *interp.Problem) {
	a.calls.Add(1)
	return a.call(ctx, in, key, with)
}

func TestFunctions(t *testing.T) {
	t.Parallel()
	a := &answers{call: func(_ context.Context, in interp.FunctionInput, key string, with any) (any, *interp.Problem) {
		if in.As != someone || in.Environment != "dev" || !strings.HasPrefix(key, "run/test.") {
			return nil, problemf(interp.Runtime, 500, "%+v %s", in.At, key)
		}
		return map[string]any{"name": in.Name, "with": with}, nil
	}}
	w := newWorld(t, func(d *Driver) { d.Functions = a })
	got := w.output("do: [{a: {call: gate, with: {service: tickets, environment: dev}}}]", nil)
	if got != `{"name":"gate","with":{"environment":"dev","service":"tickets"}}` {
		t.Error(got)
	}
	none := newWorld(t, nil)
	if p := none.problem("do: [{a: {call: gate, with: {service: tickets, environment: dev}}}]", nil); p.Status != 501 {
		t.Errorf("%+v", p)
	}
}

func TestWithoutHands(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *Driver) { d.Caller, d.Jobs = nil, nil })
	for _, task := range []string{"call: http, with: {method: get, endpoint: 'http://x.invalid'}", "run: {shell: {command: ls}}",
		"run: {workflow: {namespace: a, name: b, version: '1.0.0'}}", "call: 'http://x.invalid/function.yaml'"} {
		if p := w.problem("do: [{a: {"+task+"}}]", nil); p.Status != 501 || !strings.Contains(p.Detail, "cannot be had here") {
			t.Errorf("%s: %+v", task, p)
		}
	}
}
