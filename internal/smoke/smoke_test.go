package smoke

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/config"
)

// app is a server with an answer of each sort.
func app(t *testing.T) Instance {
	mux := http.NewServeMux()
	mux.HandleFunc("/ok", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Add("X-Many", "one")
		w.Header().Add("X-Many", "two")
		io.WriteString(w, `{"status":"ok","orders":[{"id":7}]}`)
	})
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s %s", r.Method, r.Host, r.Header.Get("X-Test"), body)
	})
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/ok", http.StatusFound) })
	mux.HandleFunc("/bad", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no database", 500) })
	mux.HandleFunc("/late", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/huge", func(w http.ResponseWriter, r *http.Request) {
		for range 3 {
			w.Write(make([]byte, 1<<19))
		}
	})
	mux.HandleFunc("/broken", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "10")
		io.WriteString(w, "half")
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return Instance{ID: "tickets.dev.2.0", Address: strings.TrimPrefix(server.URL, "http://")}
}

func get(path string, want config.Expect) config.Check {
	return config.Check{Name: "orders", HTTP: &config.HTTPCheck{Path: path, Expect: want}}
}

// shell runs commands of the test for real.
func shell(ctx context.Context, command, env []string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = env
	return cmd.CombinedOutput()
}

func TestRun(t *testing.T) {
	t.Parallel()
	on := app(t)
	c := New(shell)
	short := get("/late", config.Expect{})
	short.Timeout = 20 * time.Millisecond
	loop := get("/ok", config.Expect{JQ: "last(range(1e18))"})
	loop.Timeout = 50 * time.Millisecond
	slow := config.Check{Name: "orders", Command: []string{"/bin/sleep", "60"}, Timeout: 50 * time.Millisecond}
	for name, test := range map[string]struct {
		check config.Check
		want  string // in the error; "": it passes
	}{
		"status is 200 unless said":    {get("/ok", config.Expect{}), ""},
		"another status":               {get("/bad", config.Expect{}), `GET /bad answered 500, expected 200; the body ends with "no database"`},
		"an expected status":           {get("/bad", config.Expect{Status: 500}), ""},
		"a redirect is an answer":      {get("/moved", config.Expect{Status: 302, Headers: map[string]string{"Location": "^/ok$"}}), ""},
		"header matches":               {get("/ok", config.Expect{Headers: map[string]string{"content-type": "^application/json"}}), ""},
		"headers of a name are joined": {get("/ok", config.Expect{Headers: map[string]string{"X-Many": "^one, two$"}}), ""},
		"header does not match":        {get("/ok", config.Expect{Headers: map[string]string{"Content-Type": "html"}}), `header Content-Type: "application/json", expected a match of html`},
		"header is missing":            {get("/ok", config.Expect{Headers: map[string]string{"X-No": "."}}), `header X-No: (empty), expected a match of .`},
		"body matches":                 {get("/ok", config.Expect{Body: `"id":\d`}), ""},
		"body does not match":          {get("/ok", config.Expect{Body: `^\[`}), `expected a match of ^\[`},
		"pattern is wrong":             {get("/ok", config.Expect{Body: `(`}), `missing closing )`},
		"jq is true":                   {get("/ok", config.Expect{JQ: `.status == "ok" and .orders[0].id == 7`}), ""},
		"jq is false":                  {get("/ok", config.Expect{JQ: `.status == "down"`}), `gave "false", expected true`},
		"jq is something else":         {get("/ok", config.Expect{JQ: `.orders`}), `gave "[{\"id\":7}]", expected true`},
		"jq gives nothing":             {get("/ok", config.Expect{JQ: `empty`}), "gave nothing, expected true"},
		"jq is wrong":                  {get("/ok", config.Expect{JQ: `.status ==`}), "unexpected EOF"},
		"jq knows no such function":    {get("/ok", config.Expect{JQ: `input`}), "input"},
		"jq fails":                     {get("/ok", config.Expect{JQ: `.status + 1`}), "cannot add: string"},
		"jq sees no environment":       {get("/ok", config.Expect{JQ: `env | length == 0`}), ""},
		"jq without end":               {loop, "no outcome within 50ms"},
		"body is no JSON":              {get("/echo", config.Expect{JQ: `.`}), "is no JSON"},
		"in time":                      {get("/ok", config.Expect{Within: time.Minute}), ""},
		"not in time":                  {get("/ok", config.Expect{Within: 1}), "expected at most 1ns"},
		"no answer":                    {short, "GET /late: no outcome within 20ms"},
		"too much of an answer":        {get("/huge", config.Expect{}), "is over 1048576 bytes"},
		"half an answer":               {get("/broken", config.Expect{}), "broke off"},
		"path that would name a host":  {get("@example.org/", config.Expect{}), "must begin with a slash"},
		"command passes":               {config.Check{Command: []string{"/bin/sh", "-c", "test $URL = http://" + on.Address}}, ""},
		"command fails":                {config.Check{Command: []string{"/bin/sh", "-c", "echo no seats; exit 3"}}, `check "number 1" on tickets.dev.2.0: /bin/sh: exit status 3; its output ends with "no seats"`},
		"command takes too long":       {slow, "no outcome within 50ms"},
		"neither request nor command":  {config.Check{Name: "empty"}, "either a request or a command"},
		"both a request and a command": {config.Check{HTTP: &config.HTTPCheck{Path: "/ok"}, Command: []string{"true"}}, "either a request or a command"},
		"request with method, header, body": {config.Check{HTTP: &config.HTTPCheck{Method: "POST", Path: "/echo", Body: "hi",
			Headers: map[string]string{"X-Test": "yes", "Host": "shop"}, Expect: config.Expect{Body: "^POST shop yes hi$"}}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := c.Run(t.Context(), on, []config.Check{test.check})
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

func TestRunStopsAtTheFirstFailure(t *testing.T) {
	t.Parallel()
	on, ran := app(t), 0
	c := New(func(context.Context, []string, []string) ([]byte, error) { ran++; return nil, nil })
	checks := []config.Check{{Command: []string{"a"}}, get("/bad", config.Expect{}), {Command: []string{"b"}}}
	if err := c.Run(t.Context(), on, checks); err == nil || !strings.Contains(err.Error(), `check "orders" on tickets.dev.2.0`) {
		t.Errorf("error %v", err)
	}
	if ran != 1 {
		t.Errorf("%d commands ran, want 1", ran)
	}
}

func TestNothingListens(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(nil)
	address := strings.TrimPrefix(server.URL, "http://")
	server.Close()
	err := New(nil).Run(t.Context(), Instance{ID: "i", Address: address}, []config.Check{get("/", config.Expect{})})
	if err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("error %v", err)
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := New(nil).Run(ctx, app(t), []config.Check{get("/late", config.Expect{})}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestNoCommandsWithoutRunner(t *testing.T) {
	t.Parallel()
	err := New(nil).Run(t.Context(), Instance{ID: "i"}, []config.Check{{Command: []string{"true"}}})
	if err == nil || !strings.Contains(err.Error(), "cannot be run here") {
		t.Errorf("error %v", err)
	}
}
