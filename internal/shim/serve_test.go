package shim

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/wire/shimwire"
)

func testBoard(t *testing.T) *board {
	t.Helper()
	return newBoard(t.TempDir(), shimwire.Status{Version: 1, MinVersion: 1, ID: "a", State: shimwire.Running, Sequence: 5})
}

func ask(t *testing.T, h http.Handler, method, path, body string) (int, shimwire.Status) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body)))
	var s shimwire.Status
	if w.Header().Get("Content-Type") == "application/json" {
		if err := json.Unmarshal(w.Body.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
	}
	return w.Code, s
}

func TestWatchWaitsForAChange(t *testing.T) {
	t.Parallel()
	b := testBoard(t)
	h := handler(b, nil)
	if code, s := ask(t, h, "GET", "/v1/watch?after=4&wait=1h", ""); code != 200 || s.Sequence != 5 {
		t.Errorf("newer status: %d %+v", code, s)
	}
	if code, s := ask(t, h, "GET", "/v1/watch?after=5&wait=1ms", ""); code != 200 || s.Sequence != 5 {
		t.Errorf("no newer status: %d %+v", code, s)
	}
	time.AfterFunc(10*time.Millisecond, func() { b.update(func(s *shimwire.Status) { s.State = shimwire.Waiting }) })
	if code, s := ask(t, h, "GET", "/v1/watch?after=5&wait=1h", ""); code != 200 || s.Sequence != 6 || s.State != shimwire.Waiting {
		t.Errorf("changed status: %d %+v", code, s)
	}
	if code, _ := ask(t, h, "GET", "/v1/watch?after=x&wait=1s", ""); code != 400 {
		t.Errorf("bad query: %d", code)
	}
	raw, err := os.ReadFile(filepath.Join(b.dir, shimwire.StateFile))
	var saved shimwire.Status
	if err != nil || json.Unmarshal(raw, &saved) != nil || saved.Sequence != 6 {
		t.Errorf("saved %s, %v", raw, err)
	}
}

// TestStopOfOtherVersions has control planes that know less, or more, than this shim.
func TestStopOfOtherVersions(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]int{
		`{"epoch":7,"grace":1000}`:                  200,
		`{"epoch":8,"grace":1000,"fromTomorrow":1}`: 200,
		`{"epoch":6,"grace":1000}`:                  409,
		`{}`:                                        409, // an older epoch, too
		`{"epoch":"x"}`:                             400,
		``:                                          400,
	} {
		b := testBoard(t)
		b.status.Epoch = 7
		var graces []time.Duration
		h := handler(b, func(g time.Duration) {
			graces = append(graces, g)
			b.update(func(s *shimwire.Status) { s.State = shimwire.Stopped })
		})
		code, s := ask(t, h, "POST", "/v1/stop", body)
		if code != want || (code == 200) != (len(graces) == 1) || code == 200 && s.State != shimwire.Stopped {
			t.Errorf("%s: %d %+v, told %v", body, code, s, graces)
		}
		if code == 200 && graces[0] != 1000 {
			t.Errorf("%s: grace %s", body, graces[0])
		}
	}
}

func TestSocketAnswersItsOwnUser(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s")
	l, err := listen(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go http.Serve(l, handler(testBoard(t), nil)) //nolint:errcheck,gosec // ends with the listener
	c := http.Client{Transport: &http.Transport{
		DialContext: func(context.Context, string, string) (net.Conn, error) { return net.Dial("unix", path) },
	}}
	resp, err := c.Get("http://shim/v1/hello")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if b, err := io.ReadAll(resp.Body); err != nil || !strings.Contains(string(b), `"id":"a"`) {
		t.Errorf("%s, %v", b, err)
	}
	if fi, err := os.Stat(path); err != nil || fi.Mode().Perm()&0o002 != 0 {
		t.Errorf("socket %v, %v", fi, err)
	}
}
