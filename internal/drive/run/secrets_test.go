package run

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/store"
)

// safe holds secrets, and what was asked of it.
type safe struct {
	values map[string]string
	mu     sync.Mutex
	asked  []string
}

func (s *safe) Value(_ context.Context, whose interp.At, name string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, whose.Environment+"/"+name)
	if v, ok := s.values[name]; ok {
		return v, nil
	}
	return "", fault.New(fault.NotFound, "there is no secret %s", name)
}

const (
	token = "t0ken-0f-the-w0rkflow"
	pass  = "p4ssw\"ord/of+the database"
)

func secrets() *safe {
	return &safe{values: map[string]string{"token": token, "database": `{"user":"anna","password":` + string(must(json.Marshal(pass))) + `,"port":543210}`,
		"key": "-----BEGIN KEY-----\nMIIEabcdefgh\nijklmnopqrst\n-----END KEY-----\n", "undeclared": "never-to-be-seen"}}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

// TestSecretsStayInside has every hand echo the secrets that it is given, in all the ways
// there are, and then looks for them in all that is left: states, journal, blobs, logs.
func TestSecretsStayInside(t *testing.T) {
	t.Parallel()
	var got sync.Map
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got.Store("header", r.Header.Get("X-Token"))
		got.Store("body", string(b))
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"token": %q, %q: [%s], "port": 543210, "query": %q}`, r.Header.Get("X-Token"), token, b, r.URL.RawQuery)
	}))
	t.Cleanup(echo.Close)
	keep := secrets()
	w := newWorld(t, func(d *Driver) { d.Secrets = keep })
	id := w.begin(`
use: {secrets: [token, database, key, gone]}
do:
  - calls:
      call: http
      with: {method: post, endpoint: '`+echo.URL+`', headers: {X-Token: '${ "Bearer " + $secrets.token }'}, body: {password: '${ $secrets.database.password }', user: '${ $secrets.database.user }'}}
      export: {as: '${ {reply: $output} }'}
  - prints:
      run:
        shell:
          command: 'echo "token is $TOKEN"; echo "$KEY"; cat; printf %s "$TOKEN" | base64; echo "$TOKEN" >&2; exit 3'
          stdin: '${ $secrets.database.password }'
          environment: {TOKEN: '${ $secrets.token }', KEY: '${ $secrets.key }'}
        return: all
  - fails:
      try: [{x: {run: {shell: {command: '${ "echo nobody has " + $secrets.token + " >&2; exit 1" }'}}}}]
      catch: {as: e, do: [{keep: {set: {problem: '${ $e }', calls: '${ $context.reply }', mark: '${ $secrets.token }', prints: '${ $input }'}}}]}
`, map[string]any{"fake": interp.Mark("guessed", "token")})
	s := w.end(id)
	if s.Status != interp.Completed {
		t.Fatalf("%+v", s.Error)
	}
	for what, want := range map[string]string{"header": "Bearer " + token, "body": `{"password":` + string(must(json.Marshal(pass))) + `,"user":"anna"}`} {
		if v, _ := got.Load(what); v != want {
			t.Errorf("the service got as %s %q", what, v)
		}
	}
	out := w.text(s.Output)
	mark := interp.Mark(s.Seed, "token")
	for _, want := range []string{`"mark":"` + mark + `"`, `"token":"Bearer ` + mark + `"`, "token is " + mark, "nobody has " + mark, `"port":"` + interp.Mark(s.Seed, "database.port")} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s in the output", want)
		}
	}
	w.stop()
	w.leftNowhere(t, token, pass, "MIIEabcdefgh", "ijklmnopqrst", "dDBrZW4tMGYtdGhlLXcwcmtmbG93")
	for _, asked := range keep.asked {
		if asked == "dev/undeclared" {
			t.Error("a secret was opened that the workflow does not declare")
		}
	}
}

// leftNowhere looks for texts in all that is kept.
func (w *world) leftNowhere(t *testing.T, texts ...string) {
	t.Helper()
	s, err := store.Open(t.Context(), w.path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var dump bytes.Buffer
	if err := s.Dump(t.Context(), &dump); err != nil {
		t.Fatal(err)
	}
	logs, _ := filepath.Glob(filepath.Join(w.driver.Logs.Dir, "*.log"))
	if len(logs) == 0 {
		t.Error("there is no log")
	}
	for _, path := range logs {
		dump.Write(must(os.ReadFile(path)))
	}
	if !strings.Contains(dump.String(), "token is ") {
		t.Error("what was printed is not in the log")
	}
	for _, text := range texts {
		quoted := must(json.Marshal(text))
		for _, form := range []string{text, string(quoted[1 : len(quoted)-1])} {
			if i := bytes.Index(dump.Bytes(), []byte(form)); i >= 0 {
				t.Errorf("%q is kept: …%s…", text, dump.Bytes()[max(0, i-200):min(dump.Len(), i+100)])
			}
		}
	}
}

func TestSecretsThatCannotBeHad(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *Driver) { d.Secrets = secrets() })
	shell := func(what string) string {
		return "use: {secrets: [token, database, gone]}\ndo: [{a: {run: {shell: {command: 'true', " + what + "}}}}]"
	}
	for source, want := range map[string]string{
		shell("stdin: '${ $secrets.gone }'"):            "there is no secret gone",
		shell("stdin: '${ $secrets.database.colour }'"): "the secret database has no key colour",
		shell("arguments: ['${ $secrets.token }']"):     "there is a secret in arguments, which everybody on the machine can see",
	} {
		if p := w.problem(source, nil); !strings.Contains(p.Detail, want) {
			t.Errorf("%s: %+v", source, p)
		}
	}
}

// TestForgedMarks gives a run marks that it did not make: with the right name and another
// seed, and its own for a secret that the definition does not declare.
func TestForgedMarks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *Driver) { d.Secrets = secrets() })
	source := "use: {secrets: [token]}\ndo: [{a: {run: {shell: {command: 'cat', stdin: '${ .text }'}}}}]"
	guess := interp.Mark("another seed", "token")
	if got := w.output(source, map[string]any{"text": guess}); got != string(must(json.Marshal(guess))) {
		t.Errorf("a mark with another seed: %s", got)
	}
	// Even one who knows the seed gets nothing that was not declared.
	own := interp.Mark("seed-of-test.b", "undeclared")
	if p := w.problem(source, map[string]any{"text": own}); p.Status != 403 || !strings.Contains(p.Detail, "does not name the secret undeclared") {
		t.Errorf("a mark of what is not declared: %+v", p)
	}
}
