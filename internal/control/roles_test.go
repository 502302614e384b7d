package control_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/api"
	"slipway.dev/internal/control"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
)

// openapi is what the test needs of the API's description.
type openapi struct {
	Paths      map[string]map[string]operation
	Components struct{ Schemas map[string]schema }
}

type operation struct {
	ID          string `json:"operationId"`
	Permission  string `json:"x-permission"`
	RequestBody struct {
		Content map[string]struct{ Schema schema }
	} `json:"requestBody"`
}

type schema struct {
	Ref        string `json:"$ref"`
	Type       any
	Enum       []any
	Required   []string
	Properties map[string]schema
	Minimum    *float64
	Items      *schema
	MinItems   int `json:"minItems"`
	Format     string
}

// example gives a value that a schema takes.
func (d openapi) example(s schema) any {
	if s.Ref != "" {
		return d.example(d.Components.Schemas[s.Ref[strings.LastIndex(s.Ref, "/")+1:]])
	}
	if len(s.Enum) > 0 {
		return s.Enum[0]
	}
	kind := s.Type
	if list, ok := kind.([]any); ok {
		kind = list[0]
	}
	switch kind {
	case "object":
		o := map[string]any{}
		for _, name := range s.Required {
			o[name] = d.example(s.Properties[name])
		}
		return o
	case "array":
		list := []any{}
		for range s.MinItems {
			list = append(list, d.example(*s.Items))
		}
		return list
	case "integer", "number":
		if s.Minimum != nil {
			return *s.Minimum
		}
		return 1
	case "boolean":
		return false
	case "string":
		if s.Format == "date-time" {
			return "2030-01-01T00:00:00Z"
		}
		return "eHh4" // also base64
	}
	return map[string]any{}
}

// rights is what each role is for, by the permission that an operation names.
var rights = map[string]string{
	"":          "use an account of their own",
	"viewer":    "use an account of their own|read",
	"developer": "use an account of their own|read|deploy",
	"approver":  "use an account of their own|read|approve",
	"operator":  "use an account of their own|read|deploy|change sources|change secrets|revoke releases|break glass|take a backup",
	"security":  "use an account of their own|read|read the audit log|change signing keys|revoke releases",
	"admin": "use an account of their own|read|apply manifests|change sources|change secrets|change signing keys|read the audit log|" +
		"take a backup|manage people|revoke releases",
}

// TestEveryOperationWithEveryRole walks the whole description of the API as each role, and as
// one that there is not: what its permission is not among those of the role is denied, what
// is is not. Somebody who is not known at all is denied everything but to sign in.
func TestEveryOperationWithEveryRole(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", platform)
	w.live("a1")
	for role := range rights {
		try(w.AddUser(w.ctx, model.NewUser{Name: "is-" + role + "x"}))(t)
		if role != "" {
			try(w.Grant(w.ctx, model.Binding{Subject: "person:is-" + role + "x", Role: role}))(t)
		}
	}
	w.refused(second(w.Grant(w.ctx, model.Binding{Subject: "person:is-x", Role: "wizard"})), fault.Invalid)
	site := httptest.NewServer(api.Handler(api.Options{
		Control: w.Control, As: control.WithCaller, Log: slog.New(slog.DiscardHandler), Heartbeat: 20 * time.Millisecond,
		Authenticate: func(_ context.Context, value string) (access.Caller, error) {
			if role, ok := strings.CutPrefix(value, "is-"); ok {
				return access.PersonCaller("is-"+role+"x", "s"), nil
			}
			return access.Caller{}, fault.New(fault.Denied, "nobody")
		},
	}))
	t.Cleanup(site.Close)
	var doc openapi
	_, text := w.request(site.URL, "GET", "/openapi.json", "", nil)
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	tried := 0
	for path, operations := range doc.Paths {
		for method, op := range operations {
			if op.Permission == string(access.Anyone) || op.Permission == string(access.Ingest) { // a secret, or a signature, stands in for a role
				continue
			}
			for role, mine := range rights {
				tried++
				may := strings.Contains("|"+mine+"|", "|"+op.Permission+"|") && op.ID != "setUp" // that one is for who runs the control plane
				status, text := w.request(site.URL, method, fill(path), "is-"+role, doc.example(op.RequestBody.Content["application/json"].Schema))
				denied := status == http.StatusForbidden && (strings.Contains(text, " may not ") || op.ID == "setUp")
				lacking := denied && strings.Contains(text, " may not "+op.Permission)
				if (may && lacking) || (!may && !denied) || status == http.StatusInternalServerError {
					t.Errorf("%s %s (%s) as %q: %d %s", method, path, op.Permission, role, status, text)
				}
			}
			if status, _ := w.request(site.URL, method, fill(path), "guess", nil); status != http.StatusUnauthorized {
				t.Errorf("%s %s for a stranger: %d", method, path, status)
			}
		}
	}
	if tried < 7*50 {
		t.Errorf("only %d were tried", tried)
	}
}

// fill puts names into a path.
func fill(path string) string {
	return strings.NewReplacer("{service}", "tickets", "{environment}", "dev", "{release}", "nosuch", "{owner}", "eve", "{user}", "eve",
		"/v1/logs", "/v1/logs?service=tickets&environment=dev",
		"{", "", "}", "").Replace(path)
}

// request asks as somebody, and reads the beginning of the answer.
func (w *world) request(site, method, path, value string, body any) (int, string) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), 20*time.Second)
	defer cancel()
	var raw io.Reader = http.NoBody
	if method = strings.ToUpper(method); method != http.MethodGet && method != http.MethodDelete && body != nil {
		b, _ := json.Marshal(body)
		raw = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, site+path, raw)
	if err != nil {
		w.Fatal(err)
	}
	if raw != http.NoBody {
		r.Header.Set("Content-Type", "application/json")
	}
	if value != "" {
		r.Header.Set("Authorization", "Bearer "+value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		w.Fatalf("%s %s: %v", method, path, err)
	}
	defer answer.Body.Close()
	if path == "/v1/watch" && answer.StatusCode == http.StatusOK {
		return answer.StatusCode, "" // it goes on
	}
	text, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text)
}
