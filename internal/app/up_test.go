package app_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway.dev/internal/app"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/secret"
)

// TestUp greets, answers, hands over to a standby on the same data directory, and is taken
// down.
func TestUp(t *testing.T) {
	t.Parallel()
	data := dataDir(t)
	first := start(t, data).says("Ctrl-C stops it")
	s, err := first.System(t.Context())
	must(t, err)
	if s.Store != "sqlite" || !s.Leading || len(s.HTTP) != 1 || s.Page != first.page() {
		t.Errorf("%+v", s)
	}
	for path, want := range map[string]int{"": http.StatusOK, "healthz": http.StatusOK, "readyz": http.StatusOK, "v1/lanes": http.StatusUnauthorized} {
		if status, _ := get(t, first.page()+path); status != want {
			t.Errorf("/%s: %d", path, status)
		}
	}
	if status, _ := get(t, "http://"+s.HTTP[0]); status != http.StatusNotFound {
		t.Errorf("the edge: %d", status)
	}
	if info, err := os.Stat(data); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	_, err = first.SetSecret(t.Context(), "key", []byte("v"))
	must(t, err)

	second := start(t, data).says("waiting as a standby")
	if err := app.Down(t.Context(), data, io.Discard, quiet); !fault.Is(err, fault.Refused) || !strings.Contains(err.Error(), "stop it first") {
		t.Error(err)
	}
	first.end()
	second.says("Slipway is up")
	after, err := second.System(t.Context())
	must(t, err)
	if after.Epoch <= s.Epoch || after.HTTP[0] != s.HTTP[0] {
		t.Errorf("another epoch, the same edge: %+v, %+v", s, after)
	}
	secrets, err := second.Secrets(t.Context())
	if err != nil || len(secrets) != 1 {
		t.Errorf("%+v, %v", secrets, err)
	}
	second.end()
	if strings.Contains(second.out.String(), "error") {
		t.Error(second.out.String())
	}

	var out strings.Builder
	must(t, app.Down(t.Context(), data, &out, quiet))
	if want := "instances stopped: 0\nthe edge stopped\n"; out.String() != want {
		t.Errorf("%q", out.String())
	}
	if _, err := http.Get("http://" + s.HTTP[0]); err == nil {
		t.Error("the edge still answers")
	}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	r, err := http.Get(url)
	must(t, err)
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	must(t, err)
	return r.StatusCode, string(body)
}

// TestUpIsRefused: each time with a reason, and before anything was started.
func TestUpIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare func(t *testing.T, o *app.Options)
		code    fault.Code
		says    []string
	}{
		"port taken": {func(t *testing.T, o *app.Options) { o.Listen = taken(t) }, fault.Invalid, []string{"cannot listen on 127.0.0.1:", "--listen"}},
		"corrupt": {func(t *testing.T, o *app.Options) {
			must(t, os.MkdirAll(o.Data, 0o700))
			must(t, os.WriteFile(filepath.Join(o.Data, "slipway.db"), []byte(strings.Repeat("not a database", 1000)), 0o600))
		}, fault.Internal, []string{"slipway.db"}},
		"long path": {func(_ *testing.T, o *app.Options) { o.Data += strings.Repeat("/long", 25) }, fault.Invalid, []string{"too long", "--data"}},
		"a file":    {func(t *testing.T, o *app.Options) { must(t, os.WriteFile(o.Data, nil, 0o600)) }, fault.Invalid, []string{"cannot be made", "--data"}},
		"other identity": {func(t *testing.T, o *app.Options) {
			u := start(t, o.Data).says("Ctrl-C stops it")
			u.end()
			must(t, app.Down(t.Context(), o.Data, io.Discard, quiet))
			must(t, os.RemoveAll(filepath.Join(o.Data, "edge")))
			must(t, os.Remove(filepath.Join(o.Data, "age.key")))
			_, err := secret.OpenBox(filepath.Join(o.Data, "age.key"))
			must(t, err)
		}, fault.Refused, []string{"another identity", "age.key"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(dataDir(t))
			c.prepare(t, &o)
			err := app.Up(t.Context(), o)
			if !fault.Is(err, c.code) {
				t.Fatalf("%s: %v", fault.CodeOf(err), err)
			}
			for _, says := range c.says {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("%q does not say %q", err, says)
				}
			}
			if exists(filepath.Join(o.Data, "edge", "admin.sock")) {
				t.Error("an edge was started")
			}
			if name == "a file" {
				must(t, os.Remove(o.Data))
			}
		})
	}
}

func TestDownOfNothing(t *testing.T) {
	t.Parallel()
	if err := app.Down(t.Context(), filepath.Join(t.TempDir(), "none"), io.Discard, quiet); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}
